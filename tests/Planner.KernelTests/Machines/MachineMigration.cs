using System.Runtime.CompilerServices;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>A migration of a machine by the planner, beside what the devices have seen of it.</summary>
internal sealed record MachineMigration
{
    public required PlannerReport Report { get; init; }

    /// <summary>How long the machine was dark; null if the switchover did not end on the destination.</summary>
    public required TimeSpan? Truth { get; init; }

    public required IReadOnlyList<LabArc> SourceArcs { get; init; }

    /// <summary>Migrates a pair, and says so in a line.</summary>
    public static MachineMigration Of(MachinePair pair, PlannerPolicy policy, string store = PlannerRun.Store, Action? meanwhile = null, [CallerMemberName] string what = "")
    {
        using var run = new PlannerRun(pair, policy, store);
        meanwhile?.Invoke();
        var report = run.Finish();

        // The switchover's last arc ends after the planner's report at the latest; its line is in the log then.
        var migration = new MachineMigration { Report = report, Truth = pair.Truth, SourceArcs = pair.SourceArcs };
        Console.WriteLine($"# {what} ({pair.Version}): truth {Milliseconds(migration.Truth)}, reported {Milliseconds(report.Blackout)} ±{Milliseconds(report.Uncertainty)}, bound {Milliseconds(report.Bound)} {report.Method}, limit {Milliseconds(policy.Limit)}, exit {report.Exit} {report.Outcome}: {report.Reason}");
        return migration;
    }

    /// <summary>Migrates a fresh pair whose guest has to arrive whole.</summary>
    public static MachineMigration OfGood(MachineSetup setup, PlannerPolicy policy, string store = PlannerRun.Store, [CallerMemberName] string what = "")
    {
        using var pair = new MachinePair(setup);
        var migration = Of(pair, policy, store, what: what);
        pair.CheckRunsOnly(pair.Destination);
        return migration;
    }

    /// <summary>Checks that it was committed, and that the exit status says whether the limit was kept.</summary>
    public void CheckCommitted()
    {
        Check.That(Truth is not null, $"the machine did not arrive: exit {Report.Exit}, {Report.Reason}");
        Check.That(Report.Exit is 0 or 4, $"exit {Report.Exit}: {Report.Reason}");
    }

    /// <summary>Checks that the reported blackout is the one that was.</summary>
    public void CheckBlackout(double toleranceMilliseconds)
    {
        CheckCommitted();
        Check.That(Report.Blackout is not null, "no blackout was reported");
        Check.Within(Truth!.Value.TotalMilliseconds - toleranceMilliseconds, Truth.Value.TotalMilliseconds + toleranceMilliseconds, Report.Blackout!.Value.TotalMilliseconds, "the reported blackout in ms");
    }

    /// <summary>Checks that an arc of a device is reported with the time that the device took for it.</summary>
    public void CheckArc(string device, DeviceState from, DeviceState to, double toleranceMilliseconds)
    {
        var took = SourceArcs.Last(a => a.Arc == new Arc(from, to)).Took.TotalMilliseconds;
        var name = $"arc {Word(from)}->{Word(to)}";
        var term = Report.Terms.FirstOrDefault(t => t.Term == name && t.Device == device);
        Check.That(term?.Actual is not null, $"there is no term '{name}' of {device} with an actual time, but {string.Join(", ", Report.Terms.Select(t => $"'{t.Term}' {t.Device} {Milliseconds(t.Actual)}"))}");
        Check.Within(took - toleranceMilliseconds, took + toleranceMilliseconds, term!.Actual!.Value.TotalMilliseconds, $"{name} in ms");
    }

    /// <summary>Checks that no device began its switchover.</summary>
    public void CheckNothingWalked() =>
        Check.That(SourceArcs.All(a => a.Arc != new Arc(DeviceState.PreCopy, DeviceState.PreCopyP2P)), "a device was taken into the switchover");

    private static string Word(DeviceState state) => state switch
    {
        DeviceState.PreCopy => "PRE_COPY",
        DeviceState.PreCopyP2P => "PRE_COPY_P2P",
        DeviceState.StopCopy => "STOP_COPY",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static string Milliseconds(TimeSpan? time) => time is { } t ? FormattableString.Invariant($"{t.TotalMilliseconds:0.0} ms") : "-";
}
