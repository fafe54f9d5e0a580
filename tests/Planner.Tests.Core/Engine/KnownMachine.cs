using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;

namespace Planner.Tests.Engine;

/// <summary>A machine that its hypervisor migrates, with what was measured of it.</summary>
internal sealed class KnownMachine(MachineKeys keys, EvidenceMemory memory)
{
    private readonly List<DeviceStateChanged> _seen = [];

    public KnownMachine(params MigratableDevice[] devices)
        : this(new EvidenceMemory(), devices)
    {
    }

    public KnownMachine(EvidenceMemory memory, params MigratableDevice[] devices)
        : this(new MachineKeys(Offer(devices), Hosts), memory)
    {
    }

    /// <summary>Where its migrations go.</summary>
    public static HostPair Hosts { get; } = new("a", "b");

    public MachineKeys Keys => keys;

    public EvidenceMemory Memory => memory;

    /// <summary>In the migrations to come the source's device is seen to have a state.</summary>
    public void See(string device, DeviceState state) => _seen.Add(new DeviceStateChanged(device, state) { ReceivedNanoseconds = 0 });

    /// <summary>What the next migration begins with.</summary>
    public MachineSnapshots Snapshots()
    {
        var snapshots = new MachineSnapshots(keys, memory.View(0.1));
        _seen.ForEach(moved => snapshots.See(MigrationSide.Source, moved));
        return snapshots;
    }

    public static HypervisorOffer Offer(params MigratableDevice[] devices) => new()
    {
        Version = "QEMU 10.0.2",
        HypervisorClass = "qemu/10.0/tcg",
        MachineType = "pc",
        CpuModel = "cpu",
        RamBytes = 1,
        Accelerator = "tcg",
        Devices = devices,
    };

    public static MigratableDevice Device(string name, string model) => new() { Name = name, Model = model, TellsArcs = true };
}
