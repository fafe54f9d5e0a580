using System.Security.Cryptography;
using System.Text;
using Planner.Measurements;

namespace Planner.Storage;

// The rows of the tables. Names of states, outcomes, kinds and phases are the program's own words; durations and times are whole
// ticks of 100 ns, times counted from 0001-01-01T00:00:00Z. A word that is none is a FormatException, and so is a value that cannot be: a damaged
// row must not be found out when devices are touched.

internal sealed record ArcRow(
    string Device, string DeviceClass, string Arc, string Outcome, long DurationTicks, long AtTicks, string? Host, string? Machine, string? Attempt)
{
    public static ArcRow From(ArcSample s) => new(
        s.Device, s.DeviceClass, s.Arc.ToString(), s.Outcome.ToString(), s.Duration.Ticks, s.At.UtcTicks, s.Origin?.Host, s.Origin?.Machine, s.Origin?.Attempt);

    public ArcSample ToSample() => new(
        Device,
        DeviceClass,
        Measurements.Arc.TryParse(Arc, out var arc) ? arc : throw new FormatException($"'{Arc}' is no arc"),
        Column.Time(DurationTicks),
        Column.Word<ArcOutcome>(Outcome),
        Column.At(AtTicks))
    {
        Origin = Column.Origin(Host, Machine, Attempt),
    };
}

internal sealed record TransferRow(
    string Link, string Phase, long Bytes, long FixedTicks, long MovingTicks, long AtTicks, string? Host, string? Machine, string? Attempt)
{
    public static TransferRow From(TransferSample s) => new(
        s.Link, s.Phase.ToString(), s.Bytes, s.Fixed.Ticks, s.Moving.Ticks, s.At.UtcTicks, s.Origin?.Host, s.Origin?.Machine, s.Origin?.Attempt);

    public TransferSample ToSample() =>
        new(Link, Column.Word<TransferPhase>(Phase), Column.Bytes(Bytes), Column.Time(FixedTicks), Column.Time(MovingTicks), Column.At(AtTicks))
        {
            Origin = Column.Origin(Host, Machine, Attempt),
        };
}

internal sealed record StateSizeRow(string DeviceClass, long? ExpectedBytes, long ActualBytes, long AtTicks, string? Host, string? Machine, string? Attempt)
{
    public static StateSizeRow From(StateSizeSample s) => new(
        s.DeviceClass, s.ExpectedBytes, s.ActualBytes, s.At.UtcTicks, s.Origin?.Host, s.Origin?.Machine, s.Origin?.Attempt);

    public StateSizeSample ToSample() =>
        new(DeviceClass, ExpectedBytes is { } expected ? Column.Bytes(expected) : null, Column.Bytes(ActualBytes), Column.At(AtTicks))
        {
            Origin = Column.Origin(Host, Machine, Attempt),
        };
}

internal sealed record ScoreRow(
    string DeviceClass,
    string SlaClass,
    string Kind,
    string Span,
    long PredictedTicks,
    long ActualTicks,
    long AtTicks,
    long? WasCalm,
    long? HostBusy,
    long? CutOff,
    string? Host,
    string? Machine,
    string? Attempt)
{
    public static ScoreRow From(BlackoutSample s, string attempt) => new(
        s.DeviceClass, s.SlaClass, s.Kind.ToString(), s.Span.ToString(), s.Predicted.Ticks, s.Actual.Ticks, s.At.UtcTicks,
        Column.Flag(s.WasCalm), Column.Flag(s.HostWasBusy), Convert.ToInt64(s.IsCutOff), s.Origin?.Host, s.Origin?.Machine, attempt);

    public BlackoutSample ToSample() => new(
        DeviceClass,
        SlaClass,
        Column.Word<BlackoutKind>(Kind),
        Column.Word<BlackoutSpan>(Span),
        Column.Time(PredictedTicks),
        Column.Time(ActualTicks),
        Column.At(AtTicks))
    {
        WasCalm = Column.Flag(WasCalm),
        HostWasBusy = Column.Flag(HostBusy),
        IsCutOff = CutOff is not (null or 0),
        Origin = Column.Origin(Host, Machine, Attempt),
    };
}

internal sealed record LinkAgeRow(string Link, long Age, long Seen, long Broke)
{
    public static LinkAgeRow From(LinkAgeSample s) => new(s.Link, s.Age, s.Seen, s.Broke);

    public LinkAgeSample ToSample() => Age is >= -1 and <= int.MaxValue && Seen >= 0 && Broke >= 0 && Broke <= Seen
        ? new(Link, (int)Age, Seen, Broke)
        : throw new FormatException($"a link seen {Seen} times at the age {Age}, and broken down {Broke} times, cannot be");
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
