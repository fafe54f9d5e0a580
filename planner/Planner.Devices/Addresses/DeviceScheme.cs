namespace Planner.Devices;

/// <summary>The ways to reach a device.</summary>
public enum DeviceScheme
{
    /// <summary><c>vfio-user:PATH</c>: a vfio-user server behind a UNIX socket.</summary>
    VfioUser,

    /// <summary><c>sim:PROFILE.yaml</c>: a simulated device inside this process.</summary>
    Simulated,

    /// <summary><c>vfio:PCI-ADDRESS|MDEV-UUID|sysfs path|cdev path|fd:SOCKET</c>: a device of the kernel's VFIO.</summary>
    Vfio,
}
