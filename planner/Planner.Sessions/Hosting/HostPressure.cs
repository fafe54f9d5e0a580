using System.Globalization;

namespace Planner.Sessions;

/// <summary>How busy other work has this host's processors: a condition under which blackouts last longer, and which is seen before the first of them does.</summary>
/// <remarks>
/// From the kernel's pressure stall information (Documentation/accounting/psi.rst): the share of the last ten seconds in which some task waited for a processor. One planner
/// after the other on two processors makes 12 % of itself; one more busy process makes 50 to 85 %. Kernels without it have the number of tasks that want to run.
/// </remarks>
public static class HostPressure
{
    private const double BusyPercent = 25;
    private const double BusyTasksPerProcessor = 1.5;
    private const int LongestLine = 256;

    /// <summary>Whether it is busy now; null where the kernel does not say.</summary>
    public static bool? IsBusy() => IsBusy(ReadLine("/proc/pressure/cpu"), ReadLine("/proc/loadavg"), Environment.ProcessorCount);

    /// <summary>The same from what the kernel says.</summary>
    /// <param name="pressure">The first line of <c>/proc/pressure/cpu</c>; null without it.</param>
    /// <param name="load">The line of <c>/proc/loadavg</c>; null without it.</param>
    /// <param name="processors">How many processors there are; at least 1.</param>
    internal static bool? IsBusy(string? pressure, string? load, int processors)
    {
        const string Field = "avg10=";
        var words = pressure?.Split(' ') ?? [];
        if (Array.Find(words, w => w.StartsWith(Field, StringComparison.Ordinal)) is { } average && Number(average[Field.Length..]) is { } percent)
        {
            return percent >= BusyPercent;
        }

        return Number(load?.Split(' ')[0]) is { } tasks ? tasks >= BusyTasksPerProcessor * processors : null;
    }

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;

    private static string? ReadLine(string path)
    {
        try
        {
            using var file = new StreamReader(path);
            Span<char> text = stackalloc char[LongestLine];
            var line = text[..file.ReadBlock(text)];
            return line[..(line.IndexOf('\n') is >= 0 and var end ? end : line.Length)].ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
