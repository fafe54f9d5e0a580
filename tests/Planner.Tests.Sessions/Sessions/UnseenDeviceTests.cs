using Planner.Devices;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Devices behind real sockets whose servers give them no name: what one showed is no evidence for another, however alike they look.</summary>
public sealed class UnseenDeviceTests : IDisposable
{
    private const long Small = 8 << 10;
    private const long Large = 64 << 20;
    private const int Rehearsed = 60;

    private static readonly ServerBehaviour Nameless = ServerBehaviour.Tolerant with { KnowsPrivateFeatures = false, KnowsDataSize = false };
    private static readonly SlaPolicy Policy = new() { Name = "test", BlackoutLimit = TimeSpan.FromMilliseconds(300), Confidence = 0.9 };

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryStore _store = new();

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_device_that_was_never_seen_stays_whatever_others_showed_and_says_what_is_missing_of_what()
    {
        using (var known = new Pair(Served(Small), _directory, "small"))
        {
            await RehearseAsync(known);
            var again = await MigrateAsync(known);
            Assert.True(again.Outcome == MigrationOutcome.Completed, again.Reason);
            Assert.Equal($"blackouts of class vfio-user/1234:504c:1234:504c/01 {known.Place}", again.Decision!.Evidence.Of);
        }

        using var unseen = new Pair(Served(Large), _directory, "large");
        var result = await MigrateAsync(unseen);

        Assert.True(result.Outcome == MigrationOutcome.Stayed, result.Reason);
        Assert.Equal((0, 9), (result.Decision!.Evidence.Have, result.Decision.Evidence.Need));
        Assert.Equal($"blackouts of class vfio-user/1234:504c:1234:504c/01 {unseen.Place}", result.Decision.Evidence.Of);
        Assert.Contains("machines like it are 1 of the 9 groups that a bound from others takes", result.Reason, StringComparison.Ordinal);
        Assert.Equal(DeviceState.Running, unseen.Source.GetState());
    }

    [Theory]
    [InlineData(false, "is expected to carry 64.0 MiB in the stop phase, and the most that was seen of its class is 8.00 KiB")]
    [InlineData(true, "has carried 64.0 MiB in pre-copy, and the most that was seen of its class is 7.92 KiB")]
    public async Task A_device_at_a_known_place_that_carries_far_more_than_was_ever_seen_is_another_device(bool preCopies, string reason)
    {
        using (var known = new Pair(Served(Small, preCopies), _directory, "device"))
        {
            await RehearseAsync(known);
        }

        using var changed = new Pair(Served(Large, preCopies), _directory, "device");
        var result = await MigrateAsync(changed);

        Assert.True(result.Outcome == MigrationOutcome.Stayed, result.Reason);
        Assert.True(result.Reason.Contains(reason, StringComparison.Ordinal), result.Reason);
        Assert.Null(result.Decision!.Blackout.Method);
        Assert.Equal(["a rehearsal of nic0 with a state of such a size"], result.Decision.WouldCommitIf);
        Assert.Equal(DeviceState.Running, changed.Source.GetState());
    }

    private static (DeviceProfile Profile, ServerBehaviour Behaviour) Served(long bytes, bool preCopies = false) => (
        TestProfiles.With(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | (preCopies ? MigrationCapabilities.PreCopy : 0), bytes) with
        {
            PreCopy = preCopies ? new PreCopyProfile(bytes, 0, 0, 0) : PreCopyProfile.Nothing,
            DataSize = preCopies ? null : DataSizeMeaning.Total,
            CommitArc = new Arc(DeviceState.RunningP2P, DeviceState.Stop),
        },
        Nameless with { KnowsDataSize = !preCopies });

    private async Task RehearseAsync(Pair pair)
    {
        var rehearsed = await new Rehearsal("vm1", [pair.Device], Services).RunAsync(Rehearsed, TestContext.Current.CancellationToken);
        Assert.True(rehearsed.Outcome == MigrationOutcome.Completed, rehearsed.Reason);
    }

    private Task<SessionResult> MigrateAsync(Pair pair) => MigrationSession.RunAsync(
        new DeviceMigrationRequest { Machine = "vm1", Devices = [pair.Device], Policy = Policy, Patience = 1 }, Services, TestContext.Current.CancellationToken);

    private SessionServices Services => new() { Store = _store, Host = Pair.Host };

    /// <summary>A device and where it goes, each behind a server of its own.</summary>
    private sealed class Pair : IDisposable
    {
        public const string Host = "here";

        private readonly VfioUserServer _from;
        private readonly VfioUserServer _to;

        public Pair((DeviceProfile Profile, ServerBehaviour Behaviour) served, TemporaryDirectory directory, string name)
        {
            _from = VfioUserServer.Start(served.Profile, directory.File($"{name}-a"), served.Behaviour, new SimulatedDeviceOptions { Seed = 1 });
            _to = VfioUserServer.Start(served.Profile, directory.File($"{name}-b"), served.Behaviour, new SimulatedDeviceOptions { Seed = 2 });
            var driver = new VfioUserDriver();
            Source = driver.Open(_from.SocketPath);
            Device = new DevicePair("nic0", Source, driver.Open(_to.SocketPath));
        }

        public IMigrationDevice Source { get; }

        public DevicePair Device { get; }

        public string Place => $"between {Device.Source.Address} and {Device.Destination.Address} on host {Host}";

        public void Dispose()
        {
            Device.Source.Dispose();
            Device.Destination.Dispose();
            _from.Dispose();
            _to.Dispose();
        }
    }
}
