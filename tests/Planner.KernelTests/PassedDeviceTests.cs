using Planner.Devices;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>A device that a VMM holds, and whose descriptor it passes.</summary>
internal static class PassedDeviceTests
{
    private const string Socket = "/tmp/vmm.sock";

    public static void A_device_that_a_VMM_holds_is_driven_beside_it_and_stays_as_it_is()
    {
        using var vmm = Vmm.Hold(LabDevice.Everything, Socket);
        using (var device = Open())
        {
            Check.Equal("vfio/vfiolab", device.Offer.DeviceClass);
            Check.Equal(ArcOutcome.Completed, device.SetState(RunningP2P).Outcome);
        }

        using var again = Open();
        Check.Equal(RunningP2P, again.GetState());
        Check.Equal(ArcOutcome.Completed, again.SetState(Running).Outcome);
    }

    public static void While_a_VMM_holds_a_device_nobody_else_can_open_it()
    {
        using var vmm = Vmm.Hold(LabDevice.Everything, Socket);
        Check.Equal(DeviceFault.Busy, Check.Throws<DeviceException>(() => VfioKernelDevice.Open(LabDevice.Parse(LabDevice.AddressOf(LabDevice.Everything))).Dispose()).Fault);
    }

    private static VfioKernelDevice Open() => VfioKernelDevice.Open(LabDevice.Parse($"vfio:fd:{Socket}"));
}
