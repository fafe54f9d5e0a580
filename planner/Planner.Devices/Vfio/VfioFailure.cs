using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Puts what the kernel refused into sentences.</summary>
internal static class VfioFailure
{
    /// <summary>The sentence for a node that cannot be opened.</summary>
    public static DeviceException CannotOpen(string address, string node, int result) => Number(result) switch
    {
        Errno.EACCES or Errno.EPERM => new DeviceException(
            DeviceFault.NoPermission, $"{address}: this user may not open {node}; run as root, or give the user access to that node.", Number(result)),
        Errno.EBUSY => Busy(address, node, result),
        Errno.ENOENT => new DeviceException(
            DeviceFault.NotFound, $"{address}: there is no {node}; bind the device to its VFIO driver, or correct the address.", Number(result)),
        Errno.ENODEV or NoSuchDevice => new DeviceException(
            DeviceFault.NotFound, $"{address}: {node} is there but no device is behind it; bind the device to its VFIO driver.", Number(result)),
        var error => new DeviceException(DeviceFault.Failed, $"{address}: {node} cannot be opened ({Name(error)}); see the kernel's log.", error),
    };

    /// <summary>The sentence for a device that somebody else holds.</summary>
    public static DeviceException Busy(string address, string node, int result) => new(
        DeviceFault.Busy,
        $"{address}: {node} is in use, and a device can be opened only once; have the VMM that holds it pass its descriptor, and name that socket with vfio:fd:SOCKET.",
        Number(result));

    /// <summary>The sentence for a step of opening that the kernel refused.</summary>
    public static DeviceException Refused(string address, string step, int result) => Number(result) switch
    {
        Errno.EACCES or Errno.EPERM => new DeviceException(
            DeviceFault.NoPermission, $"{address}: the kernel does not allow this user {step} ({Name(Number(result))}); run as root, or raise the limit on locked memory.", Number(result)),
        var error => new DeviceException(Fault(error), $"{address}: the kernel refused {step} ({Name(error)}); see its log.", error),
    };

    /// <summary>The sentence for a call to an open device that failed.</summary>
    public static DeviceException Failed(string address, string doing, int result) => Number(result) switch
    {
        Errno.ENODEV or NoSuchDevice => new DeviceException(
            DeviceFault.Disconnected, $"{address}: the device is gone (ENODEV at {doing}): its driver was unbound or unloaded, or it was unplugged; bind it again and recover.", Number(result)),
        var error => new DeviceException(
            DeviceFault.Failed, $"{address}: the device answered {doing} with {Name(error)}; ask for its state before going on.", error),
    };

    /// <summary>The error number of a result below 0.</summary>
    public static Errno Number(int result) => (Errno)(-result);

    // Not in Errno, which holds what a caller tells apart: ENXIO and ENODEV mean the same to it.
    private const Errno NoSuchDevice = (Errno)6;

    private static DeviceFault Fault(Errno error) => error == Errno.ENODEV ? DeviceFault.NotFound : DeviceFault.Failed;

    private static string Name(Errno error) => Enum.IsDefined(error) ? error.ToString() : $"errno {(int)error}";
}
