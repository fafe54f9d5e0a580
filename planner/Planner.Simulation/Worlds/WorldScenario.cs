using System.Collections.Immutable;
using System.Globalization;
using Planner.Devices;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Simulation;

/// <summary>A machine, a promise and what goes wrong, all from one seed.</summary>
internal sealed record WorldScenario
{
    /// <summary>The version of how a seed becomes a scenario: a seed of another one is another scenario.</summary>
    public const int Version = 1;

    private const char PartMark = '+';
    private static readonly Errno[] FaultNumbers = [Errno.EIO, Errno.EBUSY, Errno.ENOMEM, Errno.EREMOTEIO];

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The machine's devices.</summary>
    public required ImmutableArray<DeviceProfile> Profiles { get; init; }

    /// <summary>The promise.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>The switchovers that were rehearsed before.</summary>
    public int Rehearsals { get; init; }

    /// <summary>What goes wrong with devices beside their profiles.</summary>
    public ImmutableArray<WorldFault> Faults { get; init; } = [];

    /// <summary>The processes that are killed: first that of the migration, then those of recoveries.</summary>
    public ImmutableArray<WorldKill> Kills { get; init; } = [];

    /// <summary>When somebody asks to give up; null for never.</summary>
    public TimeSpan? CancelAfter { get; init; }

    /// <summary>Whether devices are reset when a connection ends.</summary>
    public bool ResetsOnDisconnect { get; init; }

    /// <summary>Whether a call ends with its connection.</summary>
    public bool CanBeCutOff { get; init; }

    /// <summary>Whether the disk has no room for a journal.</summary>
    public bool DiskIsFull { get; init; }

    /// <summary>From which sync on the disk refuses to keep what was written; 0 for never.</summary>
    public int RefusesSyncFrom { get; init; }

    /// <summary>Whether the store refuses what it is given.</summary>
    public bool StoreFails { get; init; }

    /// <summary>Whether anything is wrong with devices.</summary>
    public bool DevicesMayFail => Faults.Length > 0 || ResetsOnDisconnect || Profiles.Any(p => p.Faults.Length > 0);

    /// <summary>Whether nothing at all goes wrong.</summary>
    public bool IsCalm => !DevicesMayFail && Kills.IsEmpty && CancelAfter is null && !DiskIsFull && RefusesSyncFrom == 0 && !StoreFails;

    /// <summary>What can be left out of it, by name.</summary>
    public IEnumerable<string> Parts =>
    [
        .. Enumerable.Range(0, Faults.Length).Select(i => $"fault{i}"),
        .. Enumerable.Range(0, Profiles.Length).Where(i => Profiles[i].Faults.Length > 0).Select(i => $"arcs{i}"),
        .. Enumerable.Range(0, Kills.Length).Select(i => $"kill{i}"),
        .. CancelAfter is null ? Array.Empty<string>() : ["cancel"],
        .. ResetsOnDisconnect ? ["resets"] : Array.Empty<string>(),
        .. DiskIsFull || RefusesSyncFrom > 0 ? ["disk"] : Array.Empty<string>(),
        .. StoreFails ? ["store"] : Array.Empty<string>(),
        .. Rehearsals > 0 ? ["rehearsals"] : Array.Empty<string>(),
        .. Profiles.Length > 1 ? [$"device{Profiles.Length - 1}"] : Array.Empty<string>(),
    ];

    /// <summary>The same without some of its parts.</summary>
    /// <param name="parts">Names out of <see cref="Parts"/>.</param>
    public WorldScenario Without(IReadOnlySet<string> parts)
    {
        var profiles = Profiles.Select((p, i) => parts.Contains($"arcs{i}") ? p with { Faults = [] } : p).ToImmutableArray();
        while (profiles.Length > 1 && parts.Contains($"device{profiles.Length - 1}"))
        {
            profiles = profiles.RemoveAt(profiles.Length - 1);
        }

        return this with
        {
            Profiles = profiles,
            Faults = [.. Faults.Where((f, i) => !parts.Contains($"fault{i}") && f.Device < profiles.Length)],
            Kills = [.. Kills.Where((_, i) => !parts.Contains($"kill{i}"))],
            CancelAfter = parts.Contains("cancel") ? null : CancelAfter,
            ResetsOnDisconnect = ResetsOnDisconnect && !parts.Contains("resets"),
            DiskIsFull = DiskIsFull && !parts.Contains("disk"),
            RefusesSyncFrom = parts.Contains("disk") ? 0 : RefusesSyncFrom,
            StoreFails = StoreFails && !parts.Contains("store"),
            Rehearsals = parts.Contains("rehearsals") ? 0 : Rehearsals,
        };
    }

    /// <summary>How a scenario is written: <c>VERSION-SEED</c>, and after a plus each part that is left out.</summary>
    public static string Write(ulong seed, IEnumerable<string> without) =>
        string.Join(PartMark, [string.Create(CultureInfo.InvariantCulture, $"{Version}-{seed}"), .. without]);

    /// <summary>Reads what <see cref="Write"/> wrote; a bare number is a seed of this version.</summary>
    /// <param name="text">The text.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="without">The parts that are left out.</param>
    /// <returns>What is wrong, as the end of a sentence; null if nothing is.</returns>
    public static string? TryRead(string text, out ulong seed, out IReadOnlySet<string> without)
    {
        var words = text.Split(PartMark);
        var head = words[0].Split('-');
        without = words.Skip(1).ToHashSet(StringComparer.Ordinal);
        seed = 0;
        if (head.Length > 2 || !ulong.TryParse(head[^1], NumberStyles.None, CultureInfo.InvariantCulture, out seed)
            || (head.Length == 2 && !int.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return "a whole number is expected, or what an earlier run printed, such as 1-4711+kill0";
        }

        if (head.Length == 2 && int.Parse(head[0], CultureInfo.InvariantCulture) is var version and not Version)
        {
            return $"it is of version {version}, and this planner draws scenarios of version {Version}: use the planner that printed it";
        }

        var known = Draw(seed).Parts.ToHashSet(StringComparer.Ordinal);
        return without.FirstOrDefault(w => !known.Contains(w)) is { } unknown
            ? $"its scenario has no part '{unknown}' ({(known.Count == 0 ? "it has none" : string.Join(", ", known))}); was the text cut?"
            : null;
    }

    /// <summary>Draws the scenario of a seed.</summary>
    public static WorldScenario Draw(ulong seed)
    {
        var chance = new Random(HashCode32(seed));
        var isFaulty = chance.Next(10) >= 3;
        var count = chance.Next(4) == 0 ? 2 : 1;
        var profiles = Enumerable.Range(0, count).Select(i => DrawProfile(chance, i, isFaulty && chance.Next(3) == 0)).ToImmutableArray();
        if (count > 1)
        {
            // Several devices need P2P: without it a running device could still write into a stopped one.
            profiles = [.. profiles.Select(p => p.WithCapabilities(p.Capabilities | MigrationCapabilities.P2P))];
        }

        var faults = isFaulty && chance.Next(2) == 0 ? Enumerable.Range(0, chance.Next(1, 3)).Select(_ => DrawFault(chance, count)).ToImmutableArray() : [];
        var kills = isFaulty && chance.Next(2) == 0 ? Enumerable.Range(0, chance.Next(1, 4)).Select(_ => DrawKill(chance)).ToImmutableArray() : [];
        var insufficient = chance.Next(10) switch { < 6 => InsufficientEvidenceAction.Accept, < 8 => InsufficientEvidenceAction.WorstCase, _ => InsufficientEvidenceAction.Stay };
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
            Rehearsals = chance.Next(2) == 0 ? 11 : 0,
            Policy = new SlaPolicy
            {
                Name = "simulated",
                BlackoutLimit = TimeSpan.FromSeconds(Math.Exp(Between(chance, Math.Log(0.01), Math.Log(3)))),
                Confidence = 0.9,
                CompleteWithin = TimeSpan.FromSeconds(Between(chance, 4, 30)),
                WhenEvidenceIsInsufficient = insufficient,
                QuiesceTries = chance.Next(1, 4),
                OnFailure = chance.Next(2) == 0 ? [FailureAction.Unwind] : [FailureAction.Unwind, FailureAction.Reset],
            },
        };
    }

    private static WorldFault DrawFault(Random chance, int devices)
    {
        var kind = (WorldFaultKind)chance.Next(6);
        var side = chance.Next(2) == 0 ? MigrationSide.Source : MigrationSide.Destination;
        return new WorldFault(kind, side, chance.Next(devices), chance.Next(1, 7));
    }

    private static WorldKill DrawKill(Random chance)
    {
        var atEffect = chance.Next(3) == 0 ? 0 : chance.Next(1, 70);
        return new WorldKill(atEffect, TimeSpan.FromMilliseconds(Between(chance, 0, 400)), chance.Next(4) == 0);
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
            CommitArc = capabilities.Has(MigrationCapabilities.P2P) && chance.Next(2) == 0
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

    private static double Between(Random chance, double least, double most) => least + (chance.NextDouble() * (most - least));

    private static int HashCode32(ulong seed) => (int)((seed * 0x9E3779B97F4A7C15UL) >> 33);
}
