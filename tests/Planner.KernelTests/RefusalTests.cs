using System.Diagnostics;
using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>Devices that cannot be migrated, or not now: one sentence each.</summary>
internal static partial class RefusalTests
{
    private const int Root = 0, Nobody = 65534;

    public static void A_device_without_migration_v2_is_refused() => Refused(LabDevice.AddressOf(LabDevice.WithoutMigration), DeviceFault.NoMigration, "offers no migration");

    public static void A_device_that_is_not_there_is_refused() => Refused(LabDevice.AddressOf(42), DeviceFault.NotFound, "there is no such device");

    public static void A_device_that_is_open_already_is_busy()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        Refused(lab.Address, DeviceFault.Busy, "can be opened only once");
    }

    public static void A_device_without_a_driver_is_refused()
    {
        const string driver = "/sys/bus/platform/drivers/vfiolab";
        File.WriteAllText($"{driver}/unbind", $"vfiolab.{LabDevice.WithPreCopy}");
        try
        {
            Refused(LabDevice.AddressOf(LabDevice.WithPreCopy), DeviceFault.NotOffered, "no driver is bound");
        }
        finally
        {
            File.WriteAllText($"{driver}/bind", $"vfiolab.{LabDevice.WithPreCopy}");
        }
    }

    /// <summary>A device of the emulator's, by its PCI address, behind a real IOMMU.</summary>
    public static void A_device_on_plain_vfio_pci_is_refused_and_so_is_one_without_a_driver()
    {
        const string address = "0000:00:04.0", sysfs = "/sys/bus/pci/devices/" + address, driver = "/sys/bus/pci/drivers/vfio-pci";
        Refused($"vfio:{address}", DeviceFault.NotOffered, "no driver is bound");
        Check.Equal(0, Run("insmod", "/modules/vfio-pci-core.ko"));
        Check.Equal(0, Run("insmod", "/modules/vfio-pci.ko"));
        File.WriteAllText($"{sysfs}/driver_override", "vfio-pci");
        File.WriteAllText($"{driver}/bind", address);
        try
        {
            Refused("vfio:00:04.0", DeviceFault.NoMigration, "plain vfio-pci");
        }
        finally
        {
            File.WriteAllText($"{driver}/unbind", address);
            Check.Equal(0, RemoveModule("vfio-pci"));
            Check.Equal(0, RemoveModule("vfio-pci-core"));
        }
    }

    public static void Who_may_not_open_a_device_is_told_so()
    {
        Check.Equal(0, seteuid(Nobody));
        try
        {
            Refused(LabDevice.AddressOf(LabDevice.Everything), DeviceFault.NoPermission, "may not open");
        }
        finally
        {
            Check.Equal(0, seteuid(Root));
        }
    }

    public static void A_module_in_use_cannot_be_unloaded_and_the_session_goes_on()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Device.SetState(PreCopy);
        Check.That(RemoveModule("vfiolab") != 0, "the module went away under an open device");
        Check.Equal(ArcOutcome.Completed, lab.Device.SetState(StopCopy).Outcome);
    }

    /// <summary>The last test: nothing is left after it.</summary>
    public static void Without_VFIO_in_the_kernel_that_is_what_is_said()
    {
        Check.Equal(0, RemoveModule("vfiolab"));
        Refused(LabDevice.AddressOf(LabDevice.Everything), DeviceFault.NotFound, "there is no such device");
        Check.Equal(0, RemoveModule("vfio_iommu_type1"));
        Check.Equal(0, RemoveModule("vfio"));
        Refused("vfio:/sys/devices/platform/serial8250", DeviceFault.NotOffered, "this kernel has no VFIO");
    }

    private static int RemoveModule(string name) => Run("rmmod", name);

    private static int Run(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo($"/bin/{program}", [argument]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Refused(string address, DeviceFault fault, string words)
    {
        var e = Check.Throws<DeviceException>(() => VfioKernelDevice.Open(LabDevice.Parse(address)).Dispose());
        Check.Equal(fault, e.Fault);
        Check.That(e.Message.Contains(words, StringComparison.Ordinal), $"it says: {e.Message}");
    }

    [LibraryImport("libc")]
    private static partial int seteuid(uint user);
}
