using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Opens the device at an address, whichever way it is reached.</summary>
public static class DeviceOpener
{
    /// <summary>Opens and probes a device.</summary>
    /// <param name="address">Where the device is.</param>
    /// <param name="options">How to speak to a device behind a socket; null for the defaults.</param>
    /// <param name="simulation">The seed and what else a simulated device is told beside its profile; null for the defaults.</param>
    /// <param name="kernel">How to drive a device of the kernel's VFIO; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no device, it may not be opened, it speaks something else, or it cannot be migrated.</exception>
    /// <exception cref="DocumentException">The profile of a simulated device cannot be read.</exception>
    public static IMigrationDevice Open(
        DeviceAddress address, VfioUserOptions? options = null, SimulatedDeviceOptions? simulation = null, VfioOptions? kernel = null) => address.Scheme switch
    {
        DeviceScheme.VfioUser => VfioUserDevice.Open(address, options),
        DeviceScheme.Simulated => new SimulatedDevice(DeviceProfileFile.Read(address.Target), address.ToString(), simulation),
        _ => VfioKernelDevice.Open(address, kernel),
    };
}
