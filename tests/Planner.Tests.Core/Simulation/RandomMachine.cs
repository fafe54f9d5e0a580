using System.Collections.Immutable;
using Planner.Devices;
using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Planner.Simulation;

namespace Planner.Tests.Simulation;

/// <summary>A machine with random devices in virtual time: everything follows from one seed.</summary>
internal sealed class RandomMachine
{
    private static readonly Errno[] FaultNumbers = [Errno.EIO, Errno.EBUSY, Errno.ENOMEM, Errno.EREMOTEIO];
    private readonly Random _random;
    private SimulatedDeviceModel[] _sources;
    private SimulatedDeviceModel[] _destinations;
    private readonly EvidenceMemory _memory = new();
    private long _now = 1_000_000_000;

    public RandomMachine(int seed, bool withFaults)
    {
        _random = new Random(seed);
        Profiles = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => MakeProfile(i, withFaults))];
        if (Profiles.Length > 1)
        {
            // Several devices need P2P: without it a running device could still write into a stopped one.
            Profiles = [.. Profiles.Select(p => p.WithCapabilities(p.Capabilities | MigrationCapabilities.P2P))];
        }

        _sources = [.. Profiles.Select((p, i) => new SimulatedDeviceModel(p, new SimulatedDeviceOptions { Seed = (ulong)((seed * 100) + i) }))];
        _destinations = [.. Profiles.Select((p, i) => new SimulatedDeviceModel(p, new SimulatedDeviceOptions { Seed = (ulong)((seed * 100) + 50 + i) }))];
    }

    public ImmutableArray<DeviceProfile> Profiles { get; }

    public IReadOnlyList<SimulatedDeviceModel> Sources => _sources;

    public IReadOnlyList<SimulatedDeviceModel> Destinations => _destinations;

    /// <summary>A number between two ends, from the machine's seed.</summary>
    public double Between(double least, double most) => least + (_random.NextDouble() * (most - least));

    /// <summary>Rehearses switchovers there and back; the evidence stays with the machine.</summary>
    /// <param name="switchovers">How many.</param>
    /// <returns>The blackouts, in seconds.</returns>
    public List<double> Rehearse(int switchovers)
    {
        var blackouts = new List<double>();
        for (var i = 0; i < switchovers; i++)
        {
            var outcome = Migrate(TimeSpan.FromHours(1), MigrationMode.Rehearsal, InsufficientEvidenceAction.Stay);
            blackouts.Add(outcome.Blackout.TotalSeconds);
            TurnAround();
        }

        return blackouts;
    }

    /// <summary>Runs one migration.</summary>
    public VirtualOutcome Migrate(TimeSpan limit, MigrationMode mode, InsufficientEvidenceAction insufficient, long? cancelAfterNanoseconds = null)
    {
        var plan = new MigrationPlan
        {
            Devices = [.. Profiles.Select((p, i) => new DevicePlan($"device{i}", $"sim:source{i}", $"sim:destination{i}", Offer(p), Offer(p)))],
            Mode = mode,
            Limit = mode == MigrationMode.Rehearsal ? null : limit,
            Patience = 3,
        };
        var snapshots = new DeviceSnapshots(plan, new SlaTerms
        {
            Class = "gold",
            BlackoutLimitSeconds = limit.TotalSeconds,
            Confidence = 0.99,
            WhenEvidenceIsInsufficient = insufficient,
            CompleteWithinSeconds = mode == MigrationMode.Rehearsal ? null : limit.TotalSeconds + 5,
        }, _memory);
        for (var i = 0; i < Profiles.Length; i++)
        {
            foreach (var (arc, worst) in plan.Devices[i].Source.StatedWorstCases)
            {
                snapshots.StateWorstCase(MigrationSide.Source, i, arc, worst);
                snapshots.StateWorstCase(MigrationSide.Destination, i, arc, worst);
            }
        }

        var outcome = new VirtualMigration(plan, _sources, _destinations, snapshots, _memory, _now) { CancelAtNanoseconds = _now + cancelAfterNanoseconds }.Run();
        _now = outcome.EndedNanoseconds + 1_000_000_000;
        return outcome;
    }

    /// <summary>The destination becomes the source: the machine has moved.</summary>
    public void TurnAround() => (_sources, _destinations) = (_destinations, _sources);

    private static DeviceOffer Offer(DeviceProfile profile) => new SimulatedDevice(profile, "sim:offer").Offer;

    private DeviceProfile MakeProfile(int index, bool withFaults)
    {
        var capabilities = MigrationCapabilitySets.All[_random.Next(MigrationCapabilitySets.All.Count)];
        var arcs = DeviceProfile.SingleArcs(capabilities).ToList();
        var latencies = ImmutableDictionary<Arc, LatencyProfile>.Empty;
        foreach (var arc in arcs)
        {
            var median = Between(0.1, 30);
            latencies = latencies.SetItem(arc, new LogNormalLatency(
                TimeSpan.FromMilliseconds(median), TimeSpan.FromMilliseconds(median * Between(1.2, 4)), TimeSpan.FromMilliseconds(median * 20)));
        }

        var shapes = new[] { DeadlineShape.None, DeadlineShape.A, DeadlineShape.B, DeadlineShape.C };
        return new DeviceProfile
        {
            Name = $"random-{index}",
            DeviceClass = $"sim/random-{index}/1.0",
            Capabilities = capabilities,
            CommitArc = MakeCommitArc(capabilities),
            DefaultLatency = new LogNormalLatency(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
            Latencies = latencies,
            Load = new LoadProfile(TimeSpan.FromMilliseconds(Between(0, 3)), Between(0.5, 4) * (1 << 30)),
            StateBytes = _random.Next(4 * 1024, 512 * 1024),
            StateJitter = Between(0, 0.1),
            ReadBytesPerSecond = Between(0.5, 4) * (1 << 30),
            DataSize = _random.Next(4) switch { 0 => DataSizeMeaning.Total, 1 => DataSizeMeaning.Maximum, 2 => DataSizeMeaning.Remaining, _ => null },
            ReportsArcLatency = _random.Next(2) == 0,
            Deadline = new DeadlineProfile(shapes[_random.Next(shapes.Length)], 0xfd01, _random.Next(2) == 0),
            Faults = withFaults
                ? [.. arcs.Where(_ => _random.Next(3) == 0).Select(a => new ArcFault(
                    a, FaultNumbers[_random.Next(FaultNumbers.Length)], Between(0, 0.2), _random.Next(2) == 0 ? a.From : a.To))]
                : [],
        };
    }

    private Arc MakeCommitArc(MigrationCapabilities capabilities) =>
        capabilities.Has(MigrationCapabilities.P2P) && _random.Next(2) == 0
            ? new Arc(DeviceState.RunningP2P, DeviceState.Stop)
            : DeviceOffer.CommitArcOfUnknownDriver(capabilities);
}
