using System.Collections.Immutable;
using System.Globalization;
using Planner.Policies;

namespace Planner.Simulation;

/// <summary>A machine, a promise and what goes wrong, all from one seed.</summary>
internal sealed record WorldScenario
{
    /// <summary>The version of how a seed becomes a scenario: a seed of another one is another scenario.</summary>
    public const int Version = 3;

    private const char PartMark = '+';

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The machine, where a hypervisor sends it; null where the planner walks its devices.</summary>
    public WorldMachine? Machine { get; init; }

    /// <summary>The machine's devices that the planner walks itself.</summary>
    public ImmutableArray<DeviceProfile> Profiles { get; init; } = [];

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

    /// <summary>Whether anything is wrong with devices, or with hypervisors.</summary>
    public bool DevicesMayFail => Faults.Length > 0 || ResetsOnDisconnect || Profiles.Any(p => p.Faults.Length > 0) || Machine is { Faults.Length: > 0 };

    /// <summary>How many have a state each: the devices, or the machine as one.</summary>
    public int Participants => Machine is null ? Profiles.Length : 1;

    /// <summary>Whether nothing at all goes wrong.</summary>
    public bool IsCalm => !DevicesMayFail && Kills.IsEmpty && CancelAfter is null && !DiskIsFull && RefusesSyncFrom == 0 && !StoreFails;

    /// <summary>What can be left out of it, by name.</summary>
    public IEnumerable<string> Parts =>
    [
        .. Enumerable.Range(0, Machine?.Faults.Length ?? Faults.Length).Select(i => $"fault{i}"),
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
            Machine = Machine is { } machine ? machine with { Faults = [.. machine.Faults.Where((_, i) => !parts.Contains($"fault{i}"))] } : null,
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
            return "a whole number is expected, or what an earlier run printed, such as 3-4711+kill0";
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
    public static WorldScenario Draw(ulong seed) => WorldDraw.Of(seed);
}
