using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Telemetry;

/// <summary>The instruments of the meter <see cref="MigrationTelemetry.SourceName"/>. Machines, devices and migrations
/// are never attributes here: their number has no limit.</summary>
internal static class MigrationInstruments
{
    /// <summary>The name of the histogram of blackouts.</summary>
    public const string Blackout = "vm.migration.blackout.duration";

    /// <summary>What its series are told apart by; the attempt, which is told too, is for exemplars.</summary>
    public static readonly string[] BlackoutTags = ["vm.migration.outcome", "vm.migration.limit.exceeded", "vm.migration.sla.class"];

    // The bounds are the limits that SLAs name, so that "how many within 300 ms" is read off without interpolation.
    private static readonly double[] BlackoutBoundsSeconds = [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 5, 10];
    private static readonly double[] ArcBoundsSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 60];
    private static readonly double[] RateBoundsBytesPerSecond = [1e6, 1e7, 5e7, 1e8, 2.5e8, 5e8, 1e9, 2.5e9, 5e9, 1e10, 2.5e10];

    private static readonly Meter Meter = new(MigrationTelemetry.SourceName);

    private static readonly Histogram<double> Blackouts = Histogram(
        Blackout, "s", "How long the guest did not run.", BlackoutBoundsSeconds);

    private static readonly Histogram<double> Bounds = Histogram(
        "vm.migration.blackout.bound", "s", "The bound that a decision set on the blackout.", BlackoutBoundsSeconds);

    private static readonly Histogram<double> Arcs = Histogram(
        "vm.migration.arc.duration", "s", "How long a device took for an arc.", ArcBoundsSeconds);

    private static readonly Histogram<double> Rates = Histogram(
        "vm.migration.transfer.rate", "By/s", "The mean rate of a transfer of device state.", RateBoundsBytesPerSecond);

    private static readonly Counter<long> Transferred = Meter.CreateCounter<long>(
        "vm.migration.transfer.bytes", "By", "Device state carried to the other side.");

    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>(
        "vm.migration.decisions", "{decision}", "Evaluations of a gate.");

    private static readonly Counter<long> Migrations = Meter.CreateCounter<long>(
        "vm.migration.migrations", "{migration}", "Migrations that ended.");

    /// <summary>Records an arc.</summary>
    public static void Record(ArcRun run) => Arcs.Record(run.Result.Took.TotalSeconds, new TagList
    {
        { "vm.migration.arc", run.Arc.ToString() },
        { "vm.migration.device.class", run.DeviceClass },
        { "vm.migration.side", Word(run.Side) },
        { "vm.migration.arc.outcome", Word(run.Result.Outcome) },
    });

    /// <summary>Records a transfer; its rate leaves the wait for the first byte out.</summary>
    public static void Record(StreamMoved moved)
    {
        var phase = new KeyValuePair<string, object?>("vm.migration.phase", Word(moved.Phase));
        Transferred.Add(moved.Bytes, phase);
        var seconds = (moved.Took - moved.UntilFirstByte).TotalSeconds;
        if (moved.Bytes > 0 && seconds > 0)
        {
            Rates.Record(moved.Bytes / seconds, phase);
        }
    }

    /// <summary>Records a decision.</summary>
    public static void Record(Decided decided)
    {
        var tags = new TagList
        {
            { "vm.migration.verdict", Word(decided.Verdict) },
            { "vm.migration.method", decided.Method is { } method ? Word(method) : "none" },
            { "vm.migration.gate", decided.Gate },
        };
        Decisions.Add(1, tags);
        if (decided.Bound is { } bound)
        {
            Bounds.Record(bound.TotalSeconds, tags);
        }
    }

    /// <summary>Records the end of a migration; a guest that never stopped has had no blackout.</summary>
    public static void Record(MigrationEnded ended, string slaClass)
    {
        var tags = new TagList
        {
            { BlackoutTags[0], Word(ended.Outcome) },
            { BlackoutTags[1], ended.IsOverLimit },
            { BlackoutTags[2], slaClass },
        };
        Migrations.Add(1, tags);
        if (ended.Blackout > TimeSpan.Zero)
        {
            tags.Add("vm.migration.id", ended.MigrationId);
            Blackouts.Record(ended.Blackout.TotalSeconds, tags);
        }
    }

    /// <summary>A word of the program as attributes write it: <c>completed_over_limit</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static Histogram<double> Histogram(string name, string unit, string description, double[] bounds) =>
        Meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
