using Planner.Devices;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>Devices that cannot be migrated, or not now: one sentence each.</summary>
internal static class RefusalTests
{
    public static void A_device_without_migration_v2_is_refused() => Refused(LabDevice.AddressOf(5), DeviceFault.NoMigration, "offers no migration");

    public static void A_device_that_is_not_there_is_refused() => Refused(LabDevice.AddressOf(42), DeviceFault.NotFound, "there is no such device");

    public static void A_device_that_is_open_already_is_busy()
    {
        using var lab = new LabDevice(0);
        Refused(lab.Address, DeviceFault.Busy, "can be opened only once");
    }

    private static void Refused(string address, DeviceFault fault, string words)
    {
        var e = Check.Throws<DeviceException>(() => VfioKernelDevice.Open(LabDevice.Parse(address)).Dispose());
        Check.Equal(fault, e.Fault);
        Check.That(e.Message.Contains(words, StringComparison.Ordinal), $"it says: {e.Message}");
    }
}
