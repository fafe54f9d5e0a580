namespace Planner.Measurements;

/// <summary>What a hypervisor and its machine are, as found when the monitor was opened.</summary>
public sealed record HypervisorOffer
{
    /// <summary>The hypervisor and its version, such as <c>QEMU 10.0.2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>What machines whose hypervisor does the same in the same time have in common, such as <c>qemu/10.0/tcg</c>.</summary>
    public required string HypervisorClass { get; init; }

    /// <summary>The passed-through devices, in the order in which the hypervisor names them.</summary>
    public IReadOnlyList<MigratableDevice> Devices { get; init; } = [];

    /// <summary>Whether the hypervisor tells which passed-through devices there are.</summary>
    public bool TellsDevices { get; init; } = true;

    /// <summary>Whether every passed-through device is known to tell its arcs. True without devices.</summary>
    public bool TellsArcs => Devices.All(d => d.TellsArcs == true);

    /// <summary>The class whose members share the parts of a blackout: the hypervisor's, and the set of passed-through devices. What one machine shows
    /// says nothing about a machine with other devices; nor do blackouts that were counted without the devices' arcs.</summary>
    public string MachineClass => Devices.Count == 0
        ? HypervisorClass
        : $"{HypervisorClass}/{string.Join('+', Devices.Select(d => d.Class).Order(StringComparer.Ordinal))}{(TellsArcs ? "" : "/whole")}";

    /// <summary>The machine's name as the hypervisor knows it, or its UUID if it was given none; null if it has neither.</summary>
    public string? Name { get; init; }

    /// <summary>The process that the machine is, the same by each of its monitors and of no other machine on this host: an opaque word. Null if it is not
    /// known, as of a machine on another host.</summary>
    public string? Process { get; init; }

    /// <summary>The host that it is on: an opaque word, the same by all addresses of the host. Null if it is not told.</summary>
    public string? Host { get; init; }

    /// <summary>Whether there is no machine yet: a host whose manager makes one when it comes in. Then only the version, the class and the host are known.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Whether what the guest writes can be measured without a migration.</summary>
    public bool MeasuresDirty { get; init; } = true;

    /// <summary>What the time from the stop of the guest until the rest is sent is taken for while none was measured, in seconds; empty for a hypervisor alone.</summary>
    public IReadOnlyList<double> TypicalStop { get; init; } = [];

    /// <summary>The same for the time from the end of the source until the guest runs on the destination.</summary>
    public IReadOnlyList<double> TypicalStart { get; init; } = [];

    /// <summary>The versioned machine type, such as <c>pc-i440fx-10.0</c>.</summary>
    public required string MachineType { get; init; }

    /// <summary>The CPU model, such as <c>max-x86_64-cpu</c>.</summary>
    public required string CpuModel { get; init; }

    /// <summary>The features of its CPUs, which a guest looks for once and then relies on; empty if they are not told.</summary>
    public IReadOnlyList<CpuFeatures> CpuFeatures { get; init; } = [];

    /// <summary>The number of vCPUs; at least 1.</summary>
    public int Vcpus { get; init; } = 1;

    /// <summary>The machine's memory in bytes, memory that was plugged in later included.</summary>
    public required long RamBytes { get; init; }

    /// <summary>What runs the vCPUs, such as <c>kvm</c> or <c>tcg</c>.</summary>
    public required string Accelerator { get; init; }

    /// <summary>The migration capabilities that the hypervisor knows, by its own names.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The settings that the other side needs alike.</summary>
    public IReadOnlyList<SharedSetting> SharedSettings { get; init; } = [];

    /// <summary>What the operator has set about the link.</summary>
    public LinkFigures LinkFigures { get; init; } = LinkFigures.None;

    /// <summary>Whether the guest's CPUs can be slowed down.</summary>
    public bool OffersThrottle { get; init; }

    /// <summary>How long the guest runs between two pauses while it is slowed down. With p percent taken, a pause lasts p / (100 - p) times as long.</summary>
    public TimeSpan ThrottleSlice { get; init; }

    /// <summary>Whether the dirty rate of a vCPU can be limited itself.</summary>
    public bool OffersDirtyLimit { get; init; }

    /// <summary>Why the machine cannot be migrated now, in the hypervisor's words; empty if it can.</summary>
    public IReadOnlyList<string> BlockedReasons { get; init; } = [];
}
