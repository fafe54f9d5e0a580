using System.Runtime.CompilerServices;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>What goes wrong on the way: the machine ends on one side, and the planner says what happened.</summary>
/// <remarks>QEMU's answer to any arc that fails is to reset the device: the machine runs on with one that has lost its state.</remarks>
internal static class MachineFaultTests
{
    private const int InputOutputError = 5;

    private static readonly DeviceArcs Arcs = new(10, 20, 20, 10, 10);

    public static void Without_events_on_both_sides_a_blackout_has_a_stated_uncertainty()
    {
        const string WithoutEvents = "enable-migration=on";
        var setup = MachineSetup.Of(new DeviceArcs(20, 100, 40, 10, 10)) with { SourceOptions = WithoutEvents, DestinationOptions = WithoutEvents };
        var migration = MachineMigration.OfGood(setup, new PlannerPolicy());
        Check.That(migration.Report.Uncertainty is not null, "no uncertainty is stated");
        migration.CheckBlackout(10 + migration.Report.Uncertainty!.Value.TotalMilliseconds);
    }

    public static void States_that_go_over_several_channels_are_counted_all_the_same()
    {
        DeviceArcs arcs = new(10, 40, 20, 5, 5);
        foreach (var options in new[] { "", ",x-migration-multifd-transfer=on" })
        {
            using var pair = new MachinePair(MachineSetup.Of(arcs, arcs) with
            {
                StopBlocks = [2048, 2048],
                SourceOptions = MachineSetup.UsualOptions + options,
                DestinationOptions = MachineSetup.UsualOptions + options,
            });
            foreach (var qemu in new[] { pair.Source, pair.Destination })
            {
                qemu.Monitor.Execute("migrate-set-capabilities", $$"""{"capabilities":[{"capability":"multifd","state":{{(options.Length > 0 ? "true" : "false")}}}]}""");
            }

            var migration = MachineMigration.Of(pair, new PlannerPolicy(), "/tmp/multifd.db");
            Console.WriteLine($"# arcs of the source with '{options}': {string.Join(", ", migration.SourceArcs.Where(a => a.Arc.To is PreCopyP2P or StopCopy).Select(a => FormattableString.Invariant($"{a.Arc} {a.Took.TotalMilliseconds:0.0} ms")))}");
            migration.CheckBlackout(10 + migration.Report.Uncertainty!.Value.TotalMilliseconds);
            pair.CheckRunsOnly(pair.Destination);
        }
    }

    public static void A_device_that_cannot_leave_PRE_COPY_has_lost_its_state_on_the_source() => LosesStateOnSource(PreCopy, PreCopyP2P);

    public static void A_device_that_cannot_reach_STOP_COPY_has_lost_its_state_on_the_source() => LosesStateOnSource(PreCopyP2P, StopCopy);

    public static void A_device_that_cannot_leave_RESUMING_has_lost_its_state_on_the_destination() => LosesStateOnDestination(Resuming, Stop);

    public static void A_device_that_cannot_leave_STOP_has_lost_its_state_on_the_destination() => LosesStateOnDestination(Stop, RunningP2P);

    // In neither side's events, states and answers is a sign of it; only the QEMU's own log has a line. So the planner cannot tell.
    public static void A_device_that_cannot_leave_RUNNING_P2P_has_lost_its_state_and_QEMU_tells_nobody()
    {
        using var pair = new MachinePair(MachineSetup.Of(Arcs));
        pair.DestinationKnobs.Fault(RunningP2P, Running, "errno", InputOutputError);
        var migration = MachineMigration.Of(pair, new PlannerPolicy());
        pair.CheckRunsOnly(pair.Destination, mismatches: 1);
        Check.That(pair.Destination.Log.Contains("Resetting device", StringComparison.Ordinal), $"QEMU's log says: {pair.Destination.Log}");
        Check.That(migration.Report.Exit is 0 or 4 or 6, $"exit {migration.Report.Exit}");
    }

    public static void A_machine_that_is_stopped_and_continued_in_pre_copy_stays_and_its_migration_is_cancelled()
    {
        using var pair = new MachinePair(MachineSetup.Of(Arcs) with { BytesPerSecond = 8_000_000 });
        var migration = MachineMigration.Of(pair, new PlannerPolicy(), meanwhile: () =>
        {
            Check.That(pair.Source.Monitor.WaitFor(e => e.Name == "MIGRATION_PASS" || e.MigrationStatus == "active", TimeSpan.FromSeconds(30)) is not null, "the migration does not begin");
            Thread.Sleep(300);
            pair.Source.Monitor.Execute("stop");
            pair.Source.Monitor.Execute("cont");
        });
        Check.That(migration.Report.Exit is 5 or 6, $"exit {migration.Report.Exit}");
        Check.That(migration.Report.Reason.Contains("stop", StringComparison.OrdinalIgnoreCase), $"it says: {migration.Report.Reason}");
        Check.Equal("cancelled", pair.Source.Monitor.MigrationStatus());
        pair.CheckRunsOnly(pair.Source);
    }

    private static void LosesStateOnSource(DeviceState from, DeviceState to, [CallerMemberName] string what = "")
    {
        foreach (var (policy, exit) in new[] { (new PlannerPolicy(), 6), (new PlannerPolicy { OnStateLost = "accept" }, 5) })
        {
            using var pair = new MachinePair(MachineSetup.Of(Arcs));
            pair.SourceKnobs.Fault(from, to, "errno", InputOutputError);
            var migration = MachineMigration.Of(pair, policy, what: what);
            pair.CheckRunsOnly(pair.Source, mismatches: 1);
            CheckSaid(migration.Report, exit);
        }
    }

    private static void LosesStateOnDestination(DeviceState from, DeviceState to, [CallerMemberName] string what = "")
    {
        foreach (var policy in new[] { new PlannerPolicy(), new PlannerPolicy { OnStateLost = "accept" } })
        {
            using var pair = new MachinePair(MachineSetup.Of(Arcs));
            pair.DestinationKnobs.Fault(from, to, "errno", InputOutputError);
            var migration = MachineMigration.Of(pair, policy, what: what);
            pair.CheckRunsOnly(pair.Destination, mismatches: 1);
            CheckSaid(migration.Report, policy.OnStateLost.Length == 0 ? [6] : [0, 4]);
        }
    }

    private static void CheckSaid(PlannerReport report, params int[] exits)
    {
        Check.That(exits.Contains(report.Exit), $"exit {report.Exit}, not {string.Join(" or ", exits)}: {report.Reason}");
        Check.That(report.Reason.Contains("dev0", StringComparison.Ordinal) && report.Reason.Contains("state", StringComparison.OrdinalIgnoreCase), $"it does not say which device lost its state: {report.Reason}");
    }
}
