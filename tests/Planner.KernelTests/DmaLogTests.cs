using Planner.Devices;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>The log of the memory that a device writes.</summary>
internal static class DmaLogTests
{
    private const int PageBytes = 4096;
    private static readonly DmaRange Memory = new(0x10_0000, 1024 * PageBytes);

    /// <summary>The kernel reports only if it has the drivers of IOMMUs that know of iommufd; the start is no sign of it.</summary>
    public static void Without_IOMMUFD_DRIVER_in_the_kernel_the_report_is_not_offered()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        using var log = lab.Device.StartDmaLog([Memory], PageBytes);
        Check.Equal(DeviceFault.NotOffered, Check.Throws<DeviceException>(() => log.ReadDirtyBytes(Memory, PageBytes)).Fault);
    }

    public static void What_a_device_writes_is_reported_once()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        using var log = lab.Device.StartDmaLog([Memory], PageBytes);
        Check.Equal(PageBytes, log.PageBytes);
        Check.Equal(0, log.ReadDirtyBytes(Memory, PageBytes));
        lab.Knobs.Set("written", $"{Memory.Address + (5 * PageBytes)} {70 * PageBytes}");
        Check.Equal(70 * PageBytes, log.ReadDirtyBytes(Memory, PageBytes));
        Check.Equal(0, log.ReadDirtyBytes(Memory, PageBytes));
    }

    public static void Of_what_is_written_only_what_is_asked_for_is_reported()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        using var log = lab.Device.StartDmaLog([Memory], PageBytes);
        lab.Knobs.Set("written", $"{Memory.Address} {Memory.LengthBytes}");
        Check.Equal(100 * PageBytes, log.ReadDirtyBytes(Memory with { LengthBytes = 100 * PageBytes }, PageBytes));
        Check.Equal((long)Memory.LengthBytes - (100 * PageBytes), log.ReadDirtyBytes(Memory, PageBytes));
    }
}
