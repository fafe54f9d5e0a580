namespace Planner.Devices;

/// <summary>The ways to name a device of the kernel's VFIO.</summary>
public enum VfioAddressKind
{
    /// <summary>A PCI address, such as <c>0000:3b:00.2</c>.</summary>
    Pci,

    /// <summary>The UUID of a mediated device.</summary>
    Mediated,

    /// <summary>The device's folder in sysfs.</summary>
    SysfsFolder,

    /// <summary>The device's own node, <c>/dev/vfio/devices/vfioN</c>.</summary>
    Node,

    /// <summary>A UNIX socket over which whoever holds the device passes its descriptor.</summary>
    Socket,
}
