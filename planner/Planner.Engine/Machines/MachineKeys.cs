using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the evidence of a machine that its hypervisor migrates is kept under.</summary>
/// <remarks>The machine is one participant with the flags STOP_COPY and PRE_COPY. Arcs of its passed-through devices are kept by the device's class alone: a
/// device takes as long in another machine and under another version of the hypervisor, which adds a millisecond at most. They are apart from those of devices
/// that the planner walks itself. What stop phases carry of the devices' state, and how long reading and loading it takes, is told of all devices
/// together and kept by the machine's class.</remarks>
public sealed class MachineKeys
{
    /// <summary>The participant's name in explanations.</summary>
    public const string Participant = "machine";

    /// <summary>From the permission until the guest stands. Outside the blackout, but the guest writes meanwhile.</summary>
    public static readonly Arc Commit = new(DeviceState.PreCopy, DeviceState.Stop);

    /// <summary>From the stop of the guest until the source sends the rest.</summary>
    public static readonly Arc Stop = new(DeviceState.PreCopy, DeviceState.StopCopy);

    /// <summary>From the source's end until the destination has loaded.</summary>
    public static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Stop);

    /// <summary>From loaded to running.</summary>
    public static readonly Arc Run = new(DeviceState.Stop, DeviceState.Running);

    /// <summary>The keys of machines like one.</summary>
    /// <param name="offer">The machine.</param>
    /// <param name="hosts">Where it is and where it goes.</param>
    public MachineKeys(HypervisorOffer offer, HostPair hosts)
        : this(offer, offer.MachineClass, offer.Devices.Count > 0, offer.TellsArcs ? offer.Devices : [], hosts)
    {
        (TypicalStop, TypicalStart) = (offer.TypicalStop, offer.TypicalStart);
    }

    private MachineKeys(HypervisorOffer offer, string machineClass, bool hasDevices, IReadOnlyList<MigratableDevice> devices, HostPair hosts)
    {
        (MachineClass, HasDevices, Devices) = (machineClass, hasDevices, devices);
        var memory = $"with up to {MemoryClass(offer.RamBytes)} of memory";
        Blackouts = new EvidenceKey($"{machineClass} {memory} {hosts.Kind}", $"{memory} on host pair {hosts}");
    }

    /// <summary>The keys of a machine that turns out to have passed-through devices of which nothing else is known. What is known of machines without devices
    /// says nothing about it.</summary>
    /// <param name="offer">The machine.</param>
    /// <param name="machine">Its name.</param>
    /// <param name="hosts">Where it is and where it goes.</param>
    public static MachineKeys OfUnknownDevices(HypervisorOffer offer, string machine, HostPair hosts) =>
        new(offer, $"{offer.HypervisorClass}/unknown of {machine}/whole", true, [], hosts);

    /// <summary>What <see cref="Stop"/> is taken for while none was measured, in seconds; empty for a hypervisor alone.</summary>
    public IReadOnlyList<double> TypicalStop { get; } = [];

    /// <summary>The same for <see cref="Run"/>.</summary>
    public IReadOnlyList<double> TypicalStart { get; } = [];

    /// <summary>What blackouts are kept under: machines of one class with memory of about one size and one kind of link are alike, and each pair of hosts is a group of them.</summary>
    public EvidenceKey Blackouts { get; }

    /// <summary>The class that the hypervisor's own parts are kept under.</summary>
    public string MachineClass { get; }

    /// <summary>Whether the machine has passed-through devices.</summary>
    public bool HasDevices { get; }

    /// <summary>Its devices, where the arcs of each are told. If they are not, all of them are counted with the hypervisor's own parts.</summary>
    public IReadOnlyList<MigratableDevice> Devices { get; }

    /// <summary>Whether the arcs of each device are told.</summary>
    public bool TellsArcs => Devices.Count > 0;

    /// <summary>What transfers are kept under.</summary>
    public string Link => $"{MachineClass}->{MachineClass}";

    /// <summary>What sizes and transfers of the devices' state are kept under.</summary>
    public string StateClass => $"{MachineClass}/state";

    /// <summary>All classes whose arcs and sizes are of interest.</summary>
    public IReadOnlyList<string> Classes => HasDevices ? [MachineClass, .. Devices.Select(ClassOf).Distinct(), StateClass] : [MachineClass];

    /// <summary>All links whose stop phases are of interest.</summary>
    public IReadOnlyList<string> Links => HasDevices ? [Link, StateClass] : [Link];

    /// <summary>Up to which power of two the memory goes, such as <c>4.00 GiB</c>.</summary>
    private static string MemoryClass(long ramBytes) => Quantity.FormatBytes(System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, ramBytes)));

    /// <summary>The class of a device's arcs; null for a device that was not there at the start.</summary>
    public string? ClassOf(string device) => Devices.FirstOrDefault(d => d.Name == device) is { } found ? ClassOf(found) : null;

    /// <summary>The class of a device's arcs.</summary>
    public static string ClassOf(MigratableDevice device) => $"hypervisor/{device.Class}";
}
