using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Opens the device at an address, whichever way it is reached.</summary>
public static class DeviceOpener
{
    /// <summary>Opens and probes a device.</summary>
    /// <param name="address">Where the device is.</param>
    /// <param name="options">How to speak to a device behind a socket; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no device, it may not be opened, it speaks something else, or it cannot be migrated.</exception>
    public static IMigrationDevice Open(DeviceAddress address, VfioUserOptions? options = null) => address.Scheme switch
    {
        DeviceScheme.VfioUser => VfioUserDevice.Open(address, options),
        DeviceScheme.Simulated => throw new DeviceException(
            DeviceFault.NotOffered, $"{address}: simulated devices cannot be opened by address yet; put one behind a socket with 'planner device'."),
        _ => throw new DeviceException(
            DeviceFault.NotOffered, $"{address}: devices of the kernel's VFIO are not driven yet; use a vfio-user: or sim: address."),
    };
}
