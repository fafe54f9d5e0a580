using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>What the planner says of times, where the guest's time is its instructions alone: to 5 ms.</summary>
internal static class MachineTimeTests
{
    private const double Tolerance = 5;

    private static readonly DeviceArcs Arcs = new(20, 100, 40, 10, 10);

    // One migration for the tests of one report.
    private static readonly Lazy<MachineMigration> OneDevice = new(() =>
    {
        PlannerRun.Forget();
        return MachineMigration.OfGood(MachineSetup.Of(Arcs), new PlannerPolicy(), what: "one device");
    });

    public static void A_blackout_with_a_device_is_counted_from_its_first_arc_to_its_last()
    {
        Check.Within(Arcs.Sum, 2 * Arcs.Sum, OneDevice.Value.Truth?.TotalMilliseconds ?? 0);
        OneDevice.Value.CheckBlackout(Tolerance);
        Check.Equal(0, OneDevice.Value.Report.Exit);
    }

    public static void The_arcs_of_a_device_are_reported_one_by_one()
    {
        OneDevice.Value.CheckArc("dev0", PreCopy, PreCopyP2P, Tolerance);
        OneDevice.Value.CheckArc("dev0", PreCopyP2P, StopCopy, Tolerance);
    }

    public static void The_arcs_of_two_devices_add_up()
    {
        DeviceArcs first = new(20, 60, 30, 10, 10), second = new(10, 40, 20, 10, 5);
        var migration = MachineMigration.OfGood(MachineSetup.Of(first, second), new PlannerPolicy());
        Check.Within(first.Sum + second.Sum, 2 * (first.Sum + second.Sum), migration.Truth?.TotalMilliseconds ?? 0);
        migration.CheckBlackout(Tolerance);
        migration.CheckArc("dev0", PreCopyP2P, StopCopy, double.PositiveInfinity);
        migration.CheckArc("dev1", PreCopyP2P, StopCopy, double.PositiveInfinity);
    }

    public static void A_state_of_a_mebibyte_is_part_of_the_blackout()
    {
        var migration = MachineMigration.OfGood(MachineSetup.Of(Arcs) with { StopBlocks = [256] }, new PlannerPolicy());
        migration.CheckBlackout(Tolerance);
    }

    public static void After_two_migrations_the_bound_holds_and_what_cannot_keep_its_limit_is_not_begun()
    {
        const string Store = "/tmp/slow.db";
        var setup = MachineSetup.Of(Arcs with { ToStopCopy = 300 });
        var evidence = Enumerable.Range(0, 2).Select(_ => MachineMigration.OfGood(setup, new PlannerPolicy(), Store)).ToList();
        evidence.ForEach(m => m.CheckCommitted());

        var third = MachineMigration.OfGood(setup, new PlannerPolicy(), Store);
        third.CheckBlackout(Tolerance);
        Check.That(third.Report.Bound >= third.Truth, $"the bound is {third.Report.Bound}, and the machine was dark for {third.Truth}");

        using var pair = new MachinePair(setup);
        var refused = MachineMigration.Of(pair, new PlannerPolicy { Limit = TimeSpan.FromMilliseconds(100), CompleteWithin = TimeSpan.FromSeconds(2) }, Store);
        Check.Equal(3, refused.Report.Exit);
        Check.That(refused.Report.Reason.Contains("PRE_COPY_P2P->STOP_COPY", StringComparison.Ordinal) && refused.Report.Reason.Contains("dev0", StringComparison.Ordinal), $"it says: {refused.Report.Reason} {refused.Report.Decision}");
        refused.CheckNothingWalked();
        pair.CheckRunsOnly(pair.Source);
    }

    public static void QEMU_alone_leaves_the_arcs_out_of_its_limit()
    {
        using var pair = new MachinePair(MachineSetup.Of(new DeviceArcs(0, 300, 0, 0, 0)) with { Waits = false });
        Check.Equal("completed", pair.MigrateByQemuAlone(TimeSpan.FromMilliseconds(100)));
        Console.WriteLine(FormattableString.Invariant($"# QEMU alone ({pair.Version}): truth {pair.Truth!.Value.TotalMilliseconds:0.0} ms under a limit of 100 ms"));
        Check.That(pair.Truth > TimeSpan.FromMilliseconds(300), $"the machine was dark for {pair.Truth}");
        pair.CheckRunsOnly(pair.Destination);
    }
}
