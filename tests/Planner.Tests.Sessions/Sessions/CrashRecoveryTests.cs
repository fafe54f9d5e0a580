using Planner.Devices;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>What a recovery makes of journals that somebody left behind.</summary>
public sealed class CrashRecoveryTests : IDisposable
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<IReadOnlyList<RecoveredMachine>> RecoverAsync(params FakeDevice[] devices) => new CrashRecovery(_directory.Path, new SessionServices
    {
        Drivers = new Drivers(new FakeDriver(devices), new SimulatedDriver()),
    }).RunAsync(TestContext.Current.CancellationToken);

    private string? FindInterrupted(Drivers drivers, params Target[] targets) => new TargetGuard([_directory.Path], drivers, targets).Find()?.Machine;

    private string[] Journals() => Directory.GetFiles(MigrationJournal.DirectoryOf(_directory.Path));

    private void Leave(string source, string destination, params JournalEntry[] entries)
    {
        using var journal = new MigrationJournal(_directory.Path);
        journal.Begin(new JournalHeader("id-1", "vm1", DateTimeOffset.UnixEpoch, ["unwind", "reset"],
            [new JournalDevice("nic0", new JournalEndpoint(source, DeviceState.Running, "c", All, true), new JournalEndpoint(destination, DeviceState.Running, "c", All, true))]));
        foreach (var entry in entries)
        {
            journal.Append(entry);
        }
    }

    private static JournalEntry Touched(MigrationSide side) =>
        new(JournalEntryKind.ArcBegun, 1, side, 0, new Arc(DeviceState.Running, DeviceState.RunningP2P), default);

    private static JournalEntry Begun(MigrationSide side, DeviceState from, DeviceState to) => new(JournalEntryKind.ArcBegun, 1, side, 0, new Arc(from, to), default);

    private static JournalEntry HandedOver => new(JournalEntryKind.Handover, 2, default, 0, default, default);

    [Fact]
    public async Task Without_journals_there_is_nothing_to_do() => Assert.Empty(await RecoverAsync());

    [Fact]
    public async Task Devices_that_lived_in_the_killed_process_are_said_to_be_gone()
    {
        Leave("sim:/a.yaml", "sim:/b.yaml", Touched(MigrationSide.Source));

        var machine = Assert.Single(await RecoverAsync());
        Assert.Equal(("vm1", "id-1", MigrationOutcome.Recovered), (machine.Machine, machine.MigrationId, machine.Outcome));
        Assert.Contains("nothing left to recover", machine.Reason, StringComparison.Ordinal);
        Assert.Empty(Journals());
    }

    [Fact]
    public async Task A_source_comes_back_although_its_destination_lived_in_the_killed_process()
    {
        var source = new FakeDevice("fake:s", All) { State = DeviceState.StopCopy };
        Leave("fake:s", "sim:/b.yaml", Touched(MigrationSide.Source), Touched(MigrationSide.Destination));

        var machine = Assert.Single(await RecoverAsync(source));
        Assert.Equal(MigrationOutcome.Recovered, machine.Outcome);
        Assert.Equal(DeviceState.Running, source.State);
        Assert.Contains("sim:/b.yaml", machine.Reason, StringComparison.Ordinal);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task A_guest_that_was_taken_back_after_the_handover_runs_on_the_source()
    {
        var (source, destination) = (new FakeDevice("fake:s", All) { State = DeviceState.StopCopy }, new FakeDevice("fake:d", All, state: [1, 2, 3]) { State = DeviceState.Stop });
        Leave("fake:s", "fake:d", Touched(MigrationSide.Source), Touched(MigrationSide.Destination), HandedOver, HandedOver with { Kind = JournalEntryKind.TakeBack });

        var machine = Assert.Single(await RecoverAsync(source, destination));
        Assert.Equal(MigrationOutcome.Recovered, machine.Outcome);
        Assert.Equal(DeviceState.Running, source.State);

        Assert.Empty(destination.Content);
    }

    [Fact]
    public async Task A_guest_that_was_handed_over_to_a_device_that_is_gone_needs_a_person()
    {
        var source = new FakeDevice("fake:s", All) { State = DeviceState.StopCopy };
        Leave("fake:s", "sim:/b.yaml", Touched(MigrationSide.Source), Touched(MigrationSide.Destination), HandedOver);

        var machine = Assert.Single(await RecoverAsync(source));
        Assert.Equal(MigrationOutcome.NeedsPerson, machine.Outcome);
        Assert.Equal(DeviceState.StopCopy, source.State);
        Assert.Single(Journals());
    }

    [Fact]
    public async Task A_loaded_destination_is_started_and_the_source_put_to_rest()
    {
        var source = new FakeDevice("fake:s", All) { State = DeviceState.StopCopy };
        var destination = new FakeDevice("fake:d", All) { State = DeviceState.Stop };
        Leave("fake:s", "fake:d", Touched(MigrationSide.Source), Touched(MigrationSide.Destination), HandedOver);

        Assert.Equal(MigrationOutcome.Completed, Assert.Single(await RecoverAsync(source, destination)).Outcome);
        Assert.Equal((DeviceState.Stop, DeviceState.Running), (source.State, destination.State));
        Assert.Empty(Journals());
    }

    [Fact]
    public async Task A_destination_that_was_never_touched_is_left_alone()
    {
        var source = new FakeDevice("fake:s", All) { State = DeviceState.PreCopy };
        var destination = new FakeDevice("fake:d", All, state: [1, 2, 3]);
        Leave("fake:s", "fake:d", Begun(MigrationSide.Source, DeviceState.Running, DeviceState.PreCopy));

        Assert.Equal(MigrationOutcome.Recovered, Assert.Single(await RecoverAsync(source, destination)).Outcome);
        Assert.Equal([1, 2, 3], destination.Content);
    }

    [Theory]
    [InlineData(DeviceState.Running, DeviceState.PreCopy, false)] // It may not have begun.
    [InlineData(DeviceState.PreCopyP2P, DeviceState.StopCopy, true)]
    [InlineData(DeviceState.StopCopy, DeviceState.Stop, true)]
    [InlineData(DeviceState.Stop, DeviceState.RunningP2P, true)]
    [InlineData(DeviceState.RunningP2P, DeviceState.Running, false)] // The way back.
    public async Task A_source_found_running_where_the_journal_does_not_lead_has_possibly_lost_its_state(DeviceState from, DeviceState to, bool isLost)
    {
        var source = new FakeDevice("fake:s", All);
        Leave("fake:s", "fake:d", Begun(MigrationSide.Source, from, to));

        var machine = Assert.Single(await RecoverAsync(source, new FakeDevice("fake:d", All)));

        Assert.Equal(isLost ? MigrationOutcome.NeedsPerson : MigrationOutcome.Recovered, machine.Outcome);
        Assert.Equal(isLost, machine.Reason.Contains("possibly lost", StringComparison.Ordinal));
        Assert.Equal(isLost ? 1 : 0, Journals().Length);
    }

    [Fact]
    public async Task Beside_a_source_that_was_started_anew_the_others_are_brought_home()
    {
        var (anew, other) = (new FakeDevice("fake:s", All), new FakeDevice("fake:s2", All) { State = DeviceState.StopCopy });
        JournalEndpoint Endpoint(string address) => new(address, DeviceState.Running, "c", All, true);
        using (var journal = new MigrationJournal(_directory.Path))
        {
            journal.Begin(new JournalHeader("id-1", "vm1", DateTimeOffset.UnixEpoch, ["unwind"],
                [new JournalDevice("nic0", Endpoint("fake:s"), Endpoint("fake:d")), new JournalDevice("nic1", Endpoint("fake:s2"), Endpoint("fake:d2"))]));
            journal.Append(Begun(MigrationSide.Source, DeviceState.PreCopyP2P, DeviceState.StopCopy));
            journal.Append(Begun(MigrationSide.Source, DeviceState.PreCopyP2P, DeviceState.StopCopy) with { Device = 1 });
        }

        var machine = Assert.Single(await RecoverAsync(anew, other, new FakeDevice("fake:d", All), new FakeDevice("fake:d2", All)));

        Assert.Equal(MigrationOutcome.NeedsPerson, machine.Outcome);
        Assert.Equal(DeviceState.Running, other.State);
        Assert.Contains("fake:s)", machine.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("fake:s2", machine.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_was_started_anew_after_the_handover_is_not_called_well_and_the_source_keeps_its_state()
    {
        var source = new FakeDevice("fake:s", All) { State = DeviceState.StopCopy };
        var loaded = Begun(MigrationSide.Destination, DeviceState.Resuming, DeviceState.Stop);
        Leave("fake:s", "fake:d", Begun(MigrationSide.Source, DeviceState.PreCopyP2P, DeviceState.StopCopy), loaded, loaded with { Kind = JournalEntryKind.ArcEnded }, HandedOver);

        var machine = Assert.Single(await RecoverAsync(source, new FakeDevice("fake:d", All)));

        Assert.Equal(MigrationOutcome.NeedsPerson, machine.Outcome);
        Assert.Equal(DeviceState.StopCopy, source.State);
        Assert.Contains(Assert.Single(Journals()), machine.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_migration_is_found_by_what_its_devices_are_and_not_by_how_they_are_named()
    {
        var socket = _directory.File("nic0");
        File.CreateSymbolicLink(_directory.File("alias"), socket);
        Leave($"vfio-user:{_directory.File("alias")}", "sim:/b.yaml");
        var drivers = new Drivers(new VfioUserDriver(), new SimulatedDriver());

        Assert.Equal("vm1", FindInterrupted(drivers, drivers.FindDevice($"vfio-user:{socket}")));
        Assert.Null(FindInterrupted(drivers, drivers.FindDevice($"vfio-user:{_directory.File("nic1")}"), drivers.FindDevice("sim:/b.yaml")));
    }

    [Fact]
    public async Task The_devices_of_a_driver_that_this_build_does_not_have_need_a_person_and_are_known_by_their_addresses()
    {
        Leave("lost:a", "lost:b", Touched(MigrationSide.Source));
        var drivers = new Drivers(new SimulatedDriver());

        Assert.Equal("vm1", FindInterrupted(drivers, new Target("lost:a", drivers.Identify("lost:a"))));
        var machine = Assert.Single(await RecoverAsync());
        Assert.Equal(MigrationOutcome.NeedsPerson, machine.Outcome);
        Assert.Contains("lost:a", machine.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("boot/17/1", MigrationOutcome.Recovered, "runs on the source")]
    [InlineData("boot/18/2", MigrationOutcome.NeedsPerson, "the guest's memory with it")]
    public async Task A_machine_that_is_another_process_than_the_one_that_had_the_guest_is_not_taken_for_it(string process, MigrationOutcome outcome, string words)
    {
        JournalEndpoint Endpoint(string name, DeviceState found) => new($"toy-vm:{name}", found, "toy/1", MigrationCapabilities.StopCopy, false, "{}", name == "here" ? "boot/17/1" : null);
        using (var journal = new MigrationJournal(_directory.Path))
        {
            journal.Begin(new JournalHeader("id-1", "vm1", DateTimeOffset.UnixEpoch, [], [new JournalDevice("machine", Endpoint("here", DeviceState.Running), Endpoint("there", DeviceState.Resuming))]));
        }

        var toys = new Planner.Tests.Cli.ToyHypervisor { Process = process };
        var machine = Assert.Single(await new CrashRecovery(_directory.Path, new SessionServices { Drivers = new Drivers(toys) }).RunAsync(TestContext.Current.CancellationToken));

        Assert.True(machine.Outcome == outcome, machine.Reason);
        Assert.Contains(words, machine.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_journal_is_named_and_kept()
    {
        Leave("fake:s", "fake:d");
        var path = Assert.Single(Journals());
        var bytes = File.ReadAllBytes(path);
        bytes[100] ^= 1;
        File.WriteAllBytes(path, bytes);

        var machine = Assert.Single(await RecoverAsync());
        Assert.Equal(MigrationOutcome.NeedsPerson, machine.Outcome);
        Assert.Contains(path, machine.Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }
}
