namespace Planner.KernelTests;

/// <summary>A machine that is to migrate, and what it migrates to.</summary>
internal sealed record MachineSetup
{
    /// <summary>What the planner needs of QEMU's devices, and what these have unless told.</summary>
    public const string UsualOptions = "enable-migration=on,migration-events=on";

    /// <summary>The numbers of the source's devices, of which the first is <c>dev0</c>.</summary>
    public IReadOnlyList<int> Source { get; init; } = [0];

    /// <summary>The numbers of the destination's devices.</summary>
    public IReadOnlyList<int> Destination { get; init; } = [2];

    /// <summary>Properties of the source's devices.</summary>
    public string SourceOptions { get; init; } = UsualOptions;

    /// <summary>Properties of the destination's devices.</summary>
    public string DestinationOptions { get; init; } = UsualOptions;

    /// <summary>Which QEMU; null for the first that the image has.</summary>
    public string? Version { get; init; }

    /// <summary>Whether the destination waits for <c>cont</c> after it has loaded the machine.</summary>
    public bool Waits { get; init; } = true;

    /// <summary>How many pages the guest writes, 100 times a second.</summary>
    public int PagesPerTick { get; init; } = 20;

    /// <summary>Pages of the guest's working set. With less than 16 MiB, QEMU 10.0 may stop at the end of the first pass.</summary>
    public int WorkingSetPages { get; init; } = 4096;

    /// <summary>The link's rate, which QEMU keeps (<c>max-bandwidth</c>), in bytes/s.</summary>
    public long BytesPerSecond { get; init; } = 50_000_000;

    /// <summary>The devices' arcs, one entry a device; an entry too few stands for no latencies.</summary>
    public IReadOnlyList<DeviceArcs> Arcs { get; init; } = [];

    /// <summary>What pre-copy carries of each device's state, in blocks of 4096 bytes.</summary>
    public int PreCopyBlocks { get; init; } = 48;

    /// <summary>What the blackout carries of each device's state, in blocks of 4096 bytes, one entry a device; an entry too few stands for 16.</summary>
    public IReadOnlyList<int> StopBlocks { get; init; } = [];

    /// <summary>Model numbers of the source's devices; empty for 1.</summary>
    public IReadOnlyList<int> SourceModels { get; init; } = [];

    /// <summary>Model numbers of the destination's devices; empty for 1.</summary>
    public IReadOnlyList<int> DestinationModels { get; init; } = [];

    /// <summary>One device, or two of which both take the same arcs.</summary>
    public static MachineSetup Of(params DeviceArcs[] arcs) => arcs.Length == 2
        ? new() { Source = [0, 1], Destination = [2, 3], Arcs = arcs }
        : new() { Arcs = arcs };
}
