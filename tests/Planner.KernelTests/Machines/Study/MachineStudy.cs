using System.Text.Json;

namespace Planner.KernelTests;

/// <summary>Many migrations of machines that differ, under the planner and under QEMU's own decision.</summary>
/// <param name="runs">How many under each.</param>
/// <param name="seed">Decides arcs, states and order.</param>
internal sealed class MachineStudy(int runs, int seed)
{
    /// <summary>So many migrations of a machine go without evidence; after them, one without stays.</summary>
    public const int Accepted = 20;

    private const string Store = "/tmp/study.db";

    // Long enough for any moment that fits; a machine for which none does costs as much.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<StudyResult> _results = [];
    private readonly Dictionary<string, StudyLink> _links = [];

    /// <summary>The migrations so far.</summary>
    public IReadOnlyList<StudyResult> Results => _results;

    /// <summary>Migrates.</summary>
    public void Run()
    {
        foreach (var version in NestedQemu.Versions)
        {
            var link = _links[version] = StudyLink.Measure(version);
            Console.WriteLine(FormattableString.Invariant($"# QEMU {version}: {link.Fixed.TotalMilliseconds:0.0} ms without arcs and state, {link.BytesPerSecond / 1e6:0.0} MB/s of state; seed {seed}"));
        }

        foreach (var draw in StudyOrder.Draw(runs, NestedQemu.Versions, new Random(seed)))
        {
            Add(draw, "planner", MigrateByPlanner);
            Add(draw, "qemu", MigrateByQemu);
        }
    }

    private void Add(StudyDraw draw, string rule, Func<StudyDraw, StudyResult, StudyResult> migrate)
    {
        var result = new StudyResult
        {
            Machine = draw.Machine.Name,
            Qemu = draw.Version,
            N = draw.Number,
            Rule = rule,
            Devices = draw.Arcs.Count,
            LimitSeconds = draw.Machine.Limit.TotalSeconds,
            Exit = -1,
            ArcsSeconds = draw.ArcsSum.TotalSeconds,
            StateBytes = draw.StateBytes,
            Fits = _links[draw.Version].Needs(draw) <= draw.Machine.Limit,
            Whole = false,
        };
        try
        {
            result = migrate(draw, result);
        }
        catch (CheckFailedException e)
        {
            result = result with { Reason = e.Message };
        }

        _results.Add(result);
        Console.WriteLine(JsonSerializer.Serialize(result, StudyJson.Default.StudyResult));
    }

    private static StudyResult MigrateByPlanner(StudyDraw draw, StudyResult result)
    {
        using var pair = new MachinePair(draw.Setup);
        using var run = new PlannerRun(pair, new PlannerPolicy { Limit = draw.Machine.Limit, CompleteWithin = Patience, Accepts = draw.Number <= Accepted }, Store);
        var report = run.Finish();
        result = result with
        {
            TruthSeconds = pair.Truth?.TotalSeconds,
            ReportedSeconds = report.Blackout?.TotalSeconds,
            UncertaintySeconds = report.Uncertainty?.TotalSeconds,
            BoundSeconds = report.Bound?.TotalSeconds,
            Exit = report.Exit,
            Method = report.Method,
            Reason = report.Reason,
        };
        return WithWhole(pair, result);
    }

    private static StudyResult MigrateByQemu(StudyDraw draw, StudyResult result)
    {
        using var pair = new MachinePair(draw.Setup with { Waits = false });
        var status = pair.MigrateByQemuAlone(draw.Machine.Limit, Patience);
        return WithWhole(pair, result with { TruthSeconds = pair.Truth?.TotalSeconds, Exit = status == "completed" ? 0 : 3, Reason = status });
    }

    private static StudyResult WithWhole(MachinePair pair, StudyResult result)
    {
        try
        {
            pair.CheckRunsOnly(result.Committed ? pair.Destination : pair.Source);
            return result with { Whole = true };
        }
        catch (CheckFailedException e)
        {
            return result with { Reason = $"{result.Reason} {e.Message}" };
        }
    }
}
