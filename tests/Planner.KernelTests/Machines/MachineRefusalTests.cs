using System.Runtime.CompilerServices;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>Machines that cannot migrate, or of which nothing is known: they are refused before anything happens.</summary>
internal static class MachineRefusalTests
{
    private const string WithoutEvents = "enable-migration=on";

    public static void A_device_without_migration_is_refused() =>
        Refused(new MachineSetup { Source = [4], SourceOptions = "migration-events=on" });

    public static void A_device_whose_migration_is_switched_off_on_the_source_is_refused() =>
        Refused(new MachineSetup { SourceOptions = "enable-migration=off,migration-events=on" });

    public static void A_device_whose_migration_is_switched_off_on_the_destination_is_refused() =>
        Refused(new MachineSetup { DestinationOptions = "enable-migration=off,migration-events=on" });

    public static void A_device_of_another_model_on_the_destination_is_refused() =>
        Refused(new MachineSetup { SourceModels = [7], DestinationModels = [8] });

    public static void A_device_on_the_source_alone_is_refused() => Refused(new MachineSetup { Destination = [] });

    public static void A_device_on_the_destination_alone_is_refused() => Refused(new MachineSetup { Source = [] });

    public static void Events_on_one_side_alone_are_refused()
    {
        Refused(new MachineSetup { DestinationOptions = WithoutEvents });
        Refused(new MachineSetup { SourceOptions = WithoutEvents });
    }

    public static void Migrations_of_machines_without_a_device_are_no_evidence_for_one_with_a_device()
    {
        const string Store = "/tmp/without.db";
        var limit = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 10; i++)
        {
            var migration = MachineMigration.OfGood(new MachineSetup { Source = [], Destination = [] }, new PlannerPolicy { Limit = limit }, Store);
            Check.That(migration.Report.Exit == 0, $"exit {migration.Report.Exit}: {migration.Report.Reason}");
        }

        using var pair = new MachinePair(MachineSetup.Of(new DeviceArcs(0, 300, 40, 0, 0)));
        var stayed = MachineMigration.Of(pair, new PlannerPolicy { Limit = limit, Accepts = false, CompleteWithin = TimeSpan.FromSeconds(4) }, Store);
        Check.Equal(3, stayed.Report.Exit);
        stayed.CheckNothingWalked();
        pair.CheckRunsOnly(pair.Source);
    }

    public static void What_QEMU_counts_beyond_what_it_tells_is_named()
    {
        using var pair = new MachinePair(new MachineSetup { StopBlocks = [2048] });
        var migration = MachineMigration.Of(pair, new PlannerPolicy { Limit = TimeSpan.FromMilliseconds(100), CompleteWithin = TimeSpan.FromSeconds(4) }, "/tmp/large.db");
        Check.Equal(3, migration.Report.Exit);
        pair.CheckRunsOnly(pair.Source);

        // QEMU 11.1 tells what its devices have left.
        Check.That(pair.Version != "10.0" || migration.Report.Reason.Contains("more than it tells", StringComparison.Ordinal), $"it says: {migration.Report.Reason}");
    }

    private static void Refused(MachineSetup setup, [CallerMemberName] string what = "")
    {
        using var pair = new MachinePair(setup);
        var migration = MachineMigration.Of(pair, new PlannerPolicy(), what: what);
        Check.That(migration.Report.Exit != 0, "it is not refused");
        Check.That(migration.Report.Reason.Length > 0, "it does not say why");
        Check.That(migration.SourceArcs.All(a => a.Arc.To != DeviceState.PreCopy), "the migration was begun");
        Check.Equal("", pair.Source.Monitor.MigrationStatus());
        pair.CheckRunsOnly(pair.Source);
        Check.That(pair.Destination.IsAlive, "the destination has ended");
    }
}
