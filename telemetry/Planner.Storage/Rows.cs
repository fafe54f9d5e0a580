using System.Security.Cryptography;
using System.Text;
using Planner.Measurements;

namespace Planner.Storage;

// The rows of the tables. Names of states, outcomes, kinds and phases are the program's own words; durations and times are whole
// ticks of 100 ns, times counted from 0001-01-01T00:00:00Z. A word that is none is a FormatException, and so is a value that cannot be: a damaged
// row must not be found out when devices are touched.

internal sealed record ArcRow(string Device, string DeviceClass, string Arc, string Outcome, long DurationTicks, long AtTicks)
{
    public static ArcRow From(ArcSample s) => new(s.Device, s.DeviceClass, s.Arc.ToString(), s.Outcome.ToString(), s.Duration.Ticks, s.At.UtcTicks);

    public ArcSample ToSample() => new(
        Device,
        DeviceClass,
        Measurements.Arc.TryParse(Arc, out var arc) ? arc : throw new FormatException($"'{Arc}' is no arc"),
        Column.Time(DurationTicks),
        Column.Word<ArcOutcome>(Outcome),
        Column.At(AtTicks));
}

internal sealed record TransferRow(string Link, string Phase, long Bytes, long FixedTicks, long MovingTicks, long AtTicks)
{
    public static TransferRow From(TransferSample s) => new(s.Link, s.Phase.ToString(), s.Bytes, s.Fixed.Ticks, s.Moving.Ticks, s.At.UtcTicks);

    public TransferSample ToSample() =>
        new(Link, Column.Word<TransferPhase>(Phase), Column.Bytes(Bytes), Column.Time(FixedTicks), Column.Time(MovingTicks), Column.At(AtTicks));
}

internal sealed record StateSizeRow(string DeviceClass, long? ExpectedBytes, long ActualBytes, long AtTicks)
{
    public static StateSizeRow From(StateSizeSample s) => new(s.DeviceClass, s.ExpectedBytes, s.ActualBytes, s.At.UtcTicks);

    public StateSizeSample ToSample() => new(DeviceClass, ExpectedBytes is { } expected ? Column.Bytes(expected) : null, Column.Bytes(ActualBytes), Column.At(AtTicks));
}

internal sealed record BlackoutRow(string DeviceClass, string SlaClass, string Kind, string Span, long PredictedTicks, long ActualTicks, long AtTicks, long? WasCalm)
{
    public static BlackoutRow From(BlackoutSample s) =>
        new(s.DeviceClass, s.SlaClass, s.Kind.ToString(), s.Span.ToString(), s.Predicted.Ticks, s.Actual.Ticks, s.At.UtcTicks, s.WasCalm is { } calm ? Convert.ToInt64(calm) : null);

    public BlackoutSample ToSample() => new(
        DeviceClass,
        SlaClass,
        Column.Word<BlackoutKind>(Kind),
        Column.Word<BlackoutSpan>(Span),
        Column.Time(PredictedTicks),
        Column.Time(ActualTicks),
        Column.At(AtTicks))
    {
        WasCalm = WasCalm is { } calm ? calm != 0 : null,
    };
}

internal sealed record LinkAgeRow(string Link, long Age, long Seen, long Broke)
{
    public static LinkAgeRow From(LinkAgeSample s) => new(s.Link, s.Age, s.Seen, s.Broke);

    public LinkAgeSample ToSample() => Age is >= -1 and <= int.MaxValue && Seen >= 0 && Broke >= 0 && Broke <= Seen
        ? new(Link, (int)Age, Seen, Broke)
        : throw new FormatException($"a link seen {Seen} times at the age {Age}, and broken down {Broke} times, cannot be");
}

internal sealed record MigrationRow(
    string Id,
    string Machine,
    string Source,
    string Destination,
    string SlaClass,
    string Outcome,
    long LimitTicks,
    long? BoundTicks,
    long BlackoutTicks,
    long StartedTicks,
    long EndedTicks,
    string Reason,
    string? Snapshot,
    string? Method,
    long PausedMostTicks,
    long VainQuiesceTicks,
    long FailedCommitTicks)
{
    public static TimeSpan Spent(long ticks) => Column.Time(ticks);

    public static MigrationRow From(MigrationRecord r) => new(
        r.Id,
        r.Machine,
        r.Source,
        r.Destination,
        r.SlaClass,
        r.Outcome.ToString(),
        r.Limit.Ticks,
        r.Bound?.Ticks,
        r.Blackout.Ticks,
        r.Started.UtcTicks,
        r.Ended.UtcTicks,
        r.Reason,
        r.Snapshot,
        r.Method?.ToString(),
        Math.Max(r.Blackout.Ticks, r.Pauses.AtMost.Ticks),
        r.Pauses.VainQuiesces?.Length.Ticks ?? 0,
        r.Pauses.FailedCommits?.Length.Ticks ?? 0);
}

internal sealed record MoveRow(string Source, string Destination, long AtTicks)
{
    public MachineMove ToMove() => new(Source, Destination, Column.At(AtTicks));
}

internal sealed record ModelRow(string Name, long Version, long CreatedTicks, string Kind, string Judgement, long Accepted, string Body, string Checksum)
{
    public bool IsIntact => Checksum == Sum();

    public static ModelRow From(ModelRecord m)
    {
        var row = new ModelRow(m.Name, m.Version, m.CreatedAt.UtcTicks, m.Kind, m.Judgement, m.IsAccepted ? 1 : 0, m.Body, "");
        return row with { Checksum = row.Sum() };
    }

    public ModelRecord ToModel() => new(Name, Version, Kind, Accepted == 1, Judgement, Body, Column.At(CreatedTicks));

    private string Sum() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\0', Name, Version, CreatedTicks, Kind, Judgement, Accepted, Body))));
}

file static class Column
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

    public static T Word<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}");
}
