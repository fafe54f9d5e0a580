using CsCheck;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Sessions over random profiles, faults included: the machine ends running on exactly one side, with the state it had.</summary>
public sealed class RandomProfileTests
{
    private const int Runs = 150;
    private const ulong GuestValue = 0xfeed_beef;

    [Fact]
    public async Task The_machine_always_runs_on_one_side_with_its_state()
    {
        var outcomes = new Dictionary<MigrationOutcome, int>();
        await Gen.Int[0, int.MaxValue].SampleAsync(
            async seed =>
            {
                var outcome = await RunOnceAsync(new Random(seed));
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            },
            iter: Runs,
            threads: 1);

        Assert.True(outcomes.GetValueOrDefault(MigrationOutcome.Completed) > Runs / 5, string.Join(", ", outcomes));
        Assert.True(outcomes.GetValueOrDefault(MigrationOutcome.Recovered) > Runs / 20, string.Join(", ", outcomes));
    }

    private static async Task<MigrationOutcome> RunOnceAsync(Random random)
    {
        var count = random.Next(3) == 0 ? 3 : 1;
        var pairs = Enumerable.Range(0, count).Select(i =>
        {
            var profile = Profile(random, count > 1);
            var source = new SimulatedDevice(profile, $"sim:s{i}", new SimulatedDeviceOptions { Seed = (ulong)random.NextInt64() });
            var destination = new SimulatedDevice(profile, $"sim:d{i}", new SimulatedDeviceOptions { Seed = (ulong)random.NextInt64() });
            source.GuestValue = GuestValue + (ulong)i;
            return new DevicePair($"nic{i}", source, destination);
        }).ToArray();
        var result = await MigrationSession.RunAsync(
            new DeviceMigrationRequest { Machine = "vm1", Devices = pairs, Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30) }, Mode = MigrationMode.Rehearsal },
            new SessionServices { TransferBuffers = random.Next(2, 5), TransferBufferBytes = random.Next(4096, 100_000) },
            TestContext.Current.CancellationToken);

        if (result.Outcome != MigrationOutcome.NeedsPerson)
        {
            AssertRuns(pairs, isOnDestination: result.Outcome == MigrationOutcome.Completed, result);
        }

        return result.Outcome;
    }

    private static void AssertRuns(DevicePair[] pairs, bool isOnDestination, SessionResult result)
    {
        foreach (var (pair, i) in pairs.Select((p, i) => (p, i)))
        {
            var (runs, rests) = isOnDestination ? (pair.Destination, pair.Source) : (pair.Source, pair.Destination);
            Assert.Equal(DeviceState.Running, runs.GetState());
            // A reset is the one thing that may cost the guest its state, and it is said.
            Assert.True(((SimulatedDevice)runs).GuestValue == GuestValue + (ulong)i || result.Reason.Contains("reset", StringComparison.Ordinal), result.Reason);
            Assert.False(rests.GetState().IsRunning() && ((SimulatedDevice)rests).GuestValue == GuestValue + (ulong)i, "two running");
        }
    }

    private static DeviceProfile Profile(Random random, bool needsP2P)
    {
        var sets = MigrationCapabilitySets.All.Where(c => !needsP2P || c.Has(MigrationCapabilities.P2P)).ToArray();
        var capabilities = sets[random.Next(sets.Length)];
        var arcs = DeviceProfile.SingleArcs(capabilities).ToArray();
        var stateBytes = random.Next(0, 200_000);
        return TestProfiles.With(capabilities, stateBytes) with
        {
            DefaultLatency = new EmpiricalLatency([.. Enumerable.Range(0, 5).Select(_ => TimeSpan.FromMicroseconds(random.Next(200)))]),
            StateJitter = random.NextDouble() * 0.2,
            DataSize = random.Next(4) == 0 ? null : (DataSizeMeaning)random.Next(3),
            ReportsArcLatency = random.Next(2) == 0,
            PreCopy = capabilities.Has(MigrationCapabilities.PreCopy) && stateBytes > 0
                ? new PreCopyProfile(random.Next(stateBytes), random.Next(2) * 1e6, random.Next(stateBytes), random.NextDouble() * 0.3)
                : PreCopyProfile.Nothing,
            Faults = [.. Enumerable.Range(0, random.Next(3)).Select(_ =>
            {
                var arc = arcs[random.Next(arcs.Length)];
                return new ArcFault(arc, Errno.EIO, random.NextDouble() * 0.7, random.Next(4) == 0 ? DeviceState.Error : arc.From);
            })],
        };
    }
}
