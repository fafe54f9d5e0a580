using System.Collections.Immutable;
using Planner.Devices;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Simulation;

/// <summary>Draws scenarios from seeds.</summary>
internal static class WorldDraw
{
    private static readonly Errno[] FaultNumbers = [Errno.EIO, Errno.EBUSY, Errno.ENOMEM, Errno.EREMOTEIO];

    /// <summary>The scenario of a seed.</summary>
    public static WorldScenario Of(ulong seed)
    {
        var chance = new Random(HashCode32(seed));
        var isFaulty = chance.Next(10) >= 3;
        if (seed % 3 == 1)
        {
            return OfMachine(chance, seed, isFaulty);
        }

        var count = chance.Next(4) == 0 ? 2 : 1;
        var profiles = Enumerable.Range(0, count).Select(i => DrawProfile(chance, i, isFaulty && chance.Next(3) == 0)).ToImmutableArray();
        if (count > 1)
        {
            // Several devices need P2P: without it a running device could still write into a stopped one.
            profiles = [.. profiles.Select(p => p.WithCapabilities(p.Capabilities | MigrationCapabilities.P2P))];
        }

        var faults = isFaulty && chance.Next(2) == 0 ? Enumerable.Range(0, chance.Next(1, 3)).Select(_ => DrawFault(chance, count)).ToImmutableArray() : [];
        var kills = DrawKills(chance, isFaulty);
        var insufficient = DrawInsufficient(chance);
        return new WorldScenario
        {
            Seed = seed,
            Profiles = profiles,
            Faults = faults,
            Kills = kills,
            CancelAfter = isFaulty && chance.Next(5) == 0 ? TimeSpan.FromMilliseconds(Between(chance, 0, 300)) : null,
            ResetsOnDisconnect = isFaulty && chance.Next(10) == 0,
            CanBeCutOff = chance.Next(2) == 0,
            DiskIsFull = isFaulty && chance.Next(20) == 0,
            RefusesSyncFrom = isFaulty && seed % 20 == 7 ? 1 + (int)(seed / 20 % 6) : 0,
            StoreFails = isFaulty && chance.Next(20) == 0,
            Rehearsals = chance.Next(5) > 0 ? 11 : 0,
            Policy = new SlaPolicy
            {
                Name = "simulated",
                BlackoutLimit = TimeSpan.FromSeconds(Math.Exp(Between(chance, Math.Log(0.03), Math.Log(4)))),
                Confidence = 0.9,
                CompleteWithin = TimeSpan.FromSeconds(Between(chance, 4, 30)),
                WhenEvidenceIsInsufficient = insufficient,
                QuiesceTries = chance.Next(1, 4),
                OnFailure = chance.Next(2) == 0 ? [FailureAction.Unwind] : [FailureAction.Unwind, FailureAction.Reset],
            },
        };
    }

    private static WorldScenario OfMachine(Random chance, ulong seed, bool isFaulty)
    {
        var ram = (long)Math.Exp(Between(chance, Math.Log(64 << 20), Math.Log(4L << 30)));
        var link = Between(chance, 0.1, 2) * 1e9;
        return new WorldScenario
        {
            Seed = seed,
            Machine = new WorldMachine
            {
                RamBytes = ram,
                LinkBytesPerSecond = link,
                DirtyBytesPerSecond = link * Between(chance, 0, 0.9),
                WorkingSetBytes = (long)(ram * Between(chance, 0, 0.1)),
                FixedMedian = TimeSpan.FromMilliseconds(Between(chance, 1, 20)),
                SourceClockAhead = DrawClock(chance),
                DestinationClockAhead = DrawClock(chance),
                OffersThrottle = chance.Next(2) == 0,
                Faults = isFaulty && chance.Next(3) > 0 ? [.. Enumerable.Range(0, chance.Next(1, 3)).Select(_ => DrawMachineFault(chance))] : [],
            },
            Kills = DrawKills(chance, isFaulty),
            CancelAfter = isFaulty && chance.Next(5) == 0 ? TimeSpan.FromMilliseconds(Between(chance, 0, 3000)) : null,
            DiskIsFull = isFaulty && chance.Next(20) == 0,
            RefusesSyncFrom = isFaulty && chance.Next(20) == 0 ? chance.Next(1, 7) : 0,
            StoreFails = isFaulty && chance.Next(20) == 0,
            Rehearsals = chance.Next(3) > 0 ? 11 : 0,
            Policy = new SlaPolicy
            {
                Name = "simulated",
                BlackoutLimit = TimeSpan.FromSeconds(Math.Exp(Between(chance, Math.Log(0.02), Math.Log(2)))),
                Confidence = 0.9,
                CompleteWithin = TimeSpan.FromSeconds(Between(chance, 2, 12)),
                WhenEvidenceIsInsufficient = DrawInsufficient(chance),
                DirtyRateFloorBytesPerSecond = chance.Next(2) == 0 ? link * 0.05 : null,
            },
        };
    }

    private static ImmutableArray<WorldKill> DrawKills(Random chance, bool isFaulty) =>
        isFaulty && chance.Next(2) == 0 ? [.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => DrawKill(chance))] : [];

    private static InsufficientEvidenceAction DrawInsufficient(Random chance) =>
        chance.Next(10) switch { < 8 => InsufficientEvidenceAction.Accept, < 9 => InsufficientEvidenceAction.WorstCase, _ => InsufficientEvidenceAction.Stay };

    private static TimeSpan DrawClock(Random chance) => chance.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Between(chance, -500, 500));

    private static MachineFault DrawMachineFault(Random chance)
    {
        var phase = (MachinePhase)chance.Next(3);
        var kind = (MachineFaultKind)chance.Next(Enum.GetValues<MachineFaultKind>().Length);
        return new MachineFault(
            phase == MachinePhase.Handover && chance.Next(3) == 0 ? MachineFaultKind.EndDestination : kind, phase,
            phase == MachinePhase.PreCopy ? TimeSpan.FromMilliseconds(Between(chance, 0, 3000)) : Shortly(chance),
            TimeSpan.FromSeconds(Between(chance, 0, 20)));
    }

    private static WorldFault DrawFault(Random chance, int devices)
    {
        var kind = chance.Next(4) == 0 ? WorldFaultKind.SlowQuiesce : (WorldFaultKind)chance.Next(Enum.GetValues<WorldFaultKind>().Length);
        var side = chance.Next(2) == 0 ? MigrationSide.Source : MigrationSide.Destination;
        return new WorldFault(kind, side, chance.Next(devices), chance.Next(1, 7));
    }

    private static WorldKill DrawKill(Random chance)
    {
        var losesPower = chance.Next(4) == 0;
        return chance.Next(3) switch
        {
            0 => new WorldKill(0, TimeSpan.FromMilliseconds(Between(chance, 0, 400)), losesPower),
            1 => new WorldKill(chance.Next(1, 70), TimeSpan.Zero, losesPower),

            // Most depends on the moments after these two.
            _ => new WorldKill(0, Shortly(chance), losesPower, chance.Next(3) == 0 ? JournalEntryKind.Switchover : JournalEntryKind.Handover),
        };
    }

    private static DeviceProfile DrawProfile(Random chance, int index, bool hasFaults)
    {
        var capabilities = MigrationCapabilitySets.All[chance.Next(MigrationCapabilitySets.All.Count)];
        var arcs = DeviceProfile.SingleArcs(capabilities).ToList();
        var latencies = ImmutableDictionary<Arc, LatencyProfile>.Empty;
        foreach (var arc in arcs)
        {
            var median = Between(chance, 0.1, 20);
            latencies = latencies.SetItem(arc, chance.Next(8) == 0
                ? new ParetoLatency(TimeSpan.FromMilliseconds(median), 1.5, TimeSpan.FromMilliseconds(median * 200))
                : new LogNormalLatency(TimeSpan.FromMilliseconds(median), TimeSpan.FromMilliseconds(median * Between(chance, 1.2, 4)), TimeSpan.FromMilliseconds(median * 20)));
        }

        var shapes = new[] { DeadlineShape.None, DeadlineShape.A, DeadlineShape.B, DeadlineShape.C };
        var stateBytes = chance.Next(4 * 1024, 96 * 1024);
        return new DeviceProfile
        {
            Name = $"world-{index}",
            DeviceClass = $"sim/world-{index}/1.0",
            Capabilities = capabilities,
            CommitArc = capabilities.Has(MigrationCapabilities.P2P) && chance.Next(4) > 0
                ? new Arc(DeviceState.RunningP2P, DeviceState.Stop)
                : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
            DefaultLatency = new LogNormalLatency(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
            Latencies = latencies,
            Load = new LoadProfile(TimeSpan.FromMilliseconds(Between(chance, 0, 3)), Between(chance, 2, 200) * 1e6),
            StateBytes = stateBytes,
            StateJitter = Between(chance, 0, 0.1),
            ReadBytesPerSecond = Between(chance, 2, 200) * 1e6,
            PreCopy = capabilities.Has(MigrationCapabilities.PreCopy) && chance.Next(2) == 0
                ? new PreCopyProfile(stateBytes / 2, Between(chance, 0, 1e5), stateBytes / 4, chance.Next(3) == 0 ? 0.2 : 0)
                : PreCopyProfile.Nothing,
            DataSize = chance.Next(4) switch { 0 => DataSizeMeaning.Total, 1 => DataSizeMeaning.Maximum, 2 => DataSizeMeaning.Remaining, _ => null },
            ReportsArcLatency = chance.Next(2) == 0,
            Deadline = new DeadlineProfile(shapes[chance.Next(shapes.Length)], VfioUserProtocol.DefaultDeadlineFeature, chance.Next(2) == 0),
            Faults = hasFaults
                ? [.. arcs.Where(_ => chance.Next(3) == 0).Select(a => new ArcFault(
                    a, FaultNumbers[chance.Next(FaultNumbers.Length)], Between(chance, 0, 0.4), chance.Next(5) switch { 0 => DeviceState.Error, < 3 => a.From, _ => a.To }))]
                : [],
        };
    }

    /// <summary>From 10 us to 200 ms, as likely short as long.</summary>
    private static TimeSpan Shortly(Random chance) => TimeSpan.FromMilliseconds(Math.Exp(Between(chance, Math.Log(0.01), Math.Log(200))));

    private static double Between(Random chance, double least, double most) => least + (chance.NextDouble() * (most - least));

    private static int HashCode32(ulong seed) => (int)((seed * 0x9E3779B97F4A7C15UL) >> 33);
}
