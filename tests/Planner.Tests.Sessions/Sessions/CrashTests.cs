using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>kill -9 of the migrating process at every journaled point, on devices behind sockets that live on. Afterwards a recovery
/// leaves the machine running on exactly one side.</summary>
public sealed class CrashTests
{
    private const int Killed = 128 + 9;
    private const int TakenBack = 5;

    [Theory]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy, 1)]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P, 2)]
    [InlineData(MigrationCapabilities.StopCopy, 1)]
    public async Task Kill_9_at_any_journaled_point_leaves_no_device_stopped(MigrationCapabilities capabilities, int devices)
    {
        var outcomes = new HashSet<MigrationOutcome>();
        var last = 0;
        foreach (var point in KillPoints.Tried())
        {
            last = point;
            using var hosts = new ServedMachine(capabilities, devices);
            var exit = await MigrateInChild(hosts, point);
            if (exit == 0)
            {
                Assert.Empty(await hosts.RecoverAsync());
                hosts.AssertRunsOnOneSide(isOnDestination: true);
                break;
            }

            Assert.Equal(Killed, exit);
            var recovered = Assert.Single(await hosts.RecoverAsync());
            Assert.True(recovered.Outcome is MigrationOutcome.Recovered or MigrationOutcome.Completed, $"point {point}: {recovered.Reason}");
            hosts.AssertRunsOnOneSide(recovered.Outcome == MigrationOutcome.Completed);
            outcomes.Add(recovered.Outcome);

            // Idempotent: nothing is left to do.
            Assert.Empty(await hosts.RecoverAsync());
        }

        // Journaled are at least the beginning, two entries an arc, the handover and the end.
        Assert.True(last > 12 * devices, $"{last} points");
        Assert.Equal([MigrationOutcome.Completed, MigrationOutcome.Recovered], outcomes.Order());
    }

    [Fact]
    public async Task Kill_9_while_a_machine_is_taken_back_leaves_it_on_the_source_or_for_a_person_and_never_on_both_sides()
    {
        const MigrationCapabilities withP2P = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P;
        var outcomes = new List<MigrationOutcome>();
        foreach (var point in KillPoints.Tried())
        {
            using var hosts = new ServedMachine(withP2P, 2, destinationFault: new ArcFault(new Arc(DeviceState.RunningP2P, DeviceState.Running), Errno.EIO, 1, DeviceState.Error));
            var exit = await MigrateInChild(hosts, point);
            if (exit == TakenBack)
            {
                Assert.Empty(await hosts.RecoverAsync());
                hosts.AssertRunsOnOneSide(isOnDestination: false);
                break;
            }

            var recovered = Assert.Single(await hosts.RecoverAsync());
            outcomes.Add(recovered.Outcome);
            if (recovered.Outcome == MigrationOutcome.Recovered)
            {
                hosts.AssertRunsOnOneSide(isOnDestination: false);
            }
            else
            {
                hosts.AssertRunsOnNoSide();
            }
        }

        // Before the handover, between it and its taking back, and after that.
        Assert.Equal(
            [MigrationOutcome.Recovered, MigrationOutcome.NeedsPerson, MigrationOutcome.Recovered],
            outcomes.Where((outcome, i) => i == 0 || outcome != outcomes[i - 1]));
    }

    [Fact]
    public async Task A_server_that_is_still_in_an_arc_is_waited_for()
    {
        const MigrationCapabilities all = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
        using var hosts = new ServedMachine(all, 1, stopCopyMilliseconds: 2000);

        // Begin; 3 steps (begun, synced, ended) for each of 2 arcs of the destination and 1 of the source, to PRE_COPY; the switchover and its sync;
        // 2 of the source to PRE_COPY_P2P; then PRE_COPY_P2P->STOP_COPY begins.
        Assert.Equal(Killed, await MigrateInChild(hosts, 15));
        var recovered = Assert.Single(await hosts.RecoverAsync());

        Assert.True(recovered.Outcome == MigrationOutcome.Recovered, recovered.Reason);
        hosts.AssertRunsOnOneSide(isOnDestination: false);
    }

    [Fact]
    public async Task A_server_that_is_gone_needs_a_person_who_is_told_which()
    {
        using var hosts = new ServedMachine(MigrationCapabilities.StopCopy, 1);
        Assert.Equal(Killed, await MigrateInChild(hosts, 8));
        hosts.StopSource();

        var recovered = Assert.Single(await hosts.RecoverAsync());
        Assert.Equal(MigrationOutcome.NeedsPerson, recovered.Outcome);
        Assert.Contains(hosts.SourceAddress(0), recovered.Reason, StringComparison.Ordinal);

        // The journal stays until somebody has helped, and until then its devices are not for another migration.
        Assert.Equal("vm1", hosts.FindInterrupted(hosts.DestinationAddress(0)));
        Assert.Null(hosts.FindInterrupted("vfio-user:/another.sock"));
        Assert.Single(await hosts.RecoverAsync());
    }

    [Theory]
    [InlineData(8, MigrationOutcome.Recovered)]
    [InlineData(12, MigrationOutcome.NeedsPerson)]
    public async Task A_source_that_was_started_anew_after_it_had_stopped_is_not_called_well(int killAt, MigrationOutcome outcome)
    {
        using var hosts = new ServedMachine(MigrationCapabilities.StopCopy, 1);
        // Entries: begin, 2 x 2 arcs of the destination with a sync each, the switchover with its; then those of the source.
        Assert.Equal(Killed, await MigrateInChild(hosts, killAt));
        var wasStopped = !hosts.SourceState(0).IsRunning();
        Assert.Equal(outcome == MigrationOutcome.NeedsPerson, wasStopped);
        hosts.StartSourceAnew();

        var recovered = Assert.Single(await hosts.RecoverAsync());

        Assert.True(recovered.Outcome == outcome, recovered.Reason);
        if (wasStopped)
        {
            Assert.Contains("its state is possibly lost", recovered.Reason, StringComparison.Ordinal);
            Assert.Contains(hosts.SourceAddress(0), recovered.Reason, StringComparison.Ordinal);

            // It is said until somebody has looked, and deleted the journal that is named.
            Assert.Equal(outcome, Assert.Single(await hosts.RecoverAsync()).Outcome);
            File.Delete(recovered.Reason.TrimEnd('.').Split(' ')[^1]);
            Assert.Empty(await hosts.RecoverAsync());
        }
    }

    /// <summary>Migrates in a process that is killed at a step.</summary>
    /// <param name="hosts">What to migrate.</param>
    /// <param name="killAt">The number of the step.</param>
    /// <param name="synced">Where to keep the journal as the disk has it, on a host that is to start anew; null for no such host.</param>
    /// <returns>Its exit status.</returns>
    internal static async Task<int> MigrateInChild(ServedMachine hosts, int killAt, string? synced = null)
    {
        var prepared = ChildProcess.Prepare(Child, [hosts.StateDirectory, $"{killAt}", synced ?? "", $"{hosts.Count}", .. Enumerable.Range(0, hosts.Count).SelectMany(i => new[] { hosts.SourceAddress(i), hosts.DestinationAddress(i) })]);
        using var child = ChildProcess.Start(prepared);
        var errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode is 0 or TakenBack or Killed, $"{child.ExitCode} {await errors}");
        return child.ExitCode;
    }

    [ChildEntry]
    private static int Child(string[] arguments)
    {
        var opened = Enumerable.Range(0, int.Parse(arguments[3])).Select(i => new DevicePair(
            $"nic{i}", ServedMachine.Open(arguments[4 + (2 * i)]), ServedMachine.Open(arguments[5 + (2 * i)]))).ToArray();
        var synced = arguments[2];
        using var file = synced.Length > 0 ? new MigrationJournal(arguments[0]) { Boot = "the one before" } : new MigrationJournal(arguments[0]);
        using var journal = new KillingJournal(synced.Length > 0 ? new SyncedJournal(file, arguments[0], synced) : file, int.Parse(arguments[1]));
        var request = new DeviceMigrationRequest
        {
            Machine = "vm1",
            Devices = opened,
            Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30) },
            Mode = MigrationMode.Rehearsal,
        };
        return MigrationSession.RunAsync(request, new SessionServices { Journal = journal }, CancellationToken.None).GetAwaiter().GetResult().Outcome switch
        {
            MigrationOutcome.Completed => 0,
            MigrationOutcome.Recovered => TakenBack,
            _ => 1,
        };
    }
}
