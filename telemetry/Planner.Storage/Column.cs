using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Values of columns; one that cannot be is a <see cref="FormatException"/>.</summary>
internal static class Column
{
    public static DateTimeOffset At(long ticks) => ticks >= DateTimeOffset.MinValue.UtcTicks && ticks <= DateTimeOffset.MaxValue.UtcTicks
        ? new(ticks, TimeSpan.Zero)
        : throw new FormatException($"a date of {ticks} ticks cannot be");

    public static TimeSpan Time(long ticks) => ticks >= 0 && TimeSpan.FromTicks(ticks).TotalSeconds <= ValueLimits.LongestSeconds
        ? TimeSpan.FromTicks(ticks)
        : throw new FormatException($"a time of {ticks} ticks cannot be");

    public static long Bytes(long bytes) => bytes is >= 0 and <= ValueLimits.MostBytes
        ? bytes
        : throw new FormatException($"{bytes} bytes cannot be");

    public static double Rate(double rate) => rate >= 0 && double.IsFinite(rate) ? rate : throw new FormatException($"a rate of {rate} cannot be");

    public static long? Flag(bool? flag) => flag is { } known ? Convert.ToInt64(known) : null;

    public static bool? Flag(long? flag) => flag is { } known ? known != 0 : null;

    public static SampleOrigin? Origin(string? host, string? machine, string? attempt) =>
        host is null && machine is null && attempt is null ? null : new SampleOrigin(host, machine, attempt);

    public static T Word<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}");
}
