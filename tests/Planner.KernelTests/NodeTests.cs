using Planner.Devices;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>Devices by a node of their own and an iommufd, which Debian's kernels lack: <c>tests/kernel-lab planner --own-kernel</c>.</summary>
internal static class NodeTests
{
    private const string Socket = "/tmp/unbound.sock";

    /// <summary>Whether this kernel has iommufd.</summary>
    public static bool AreThere => File.Exists("/dev/iommu");

    public static void A_device_with_a_node_is_opened_by_it_and_migrates()
    {
        foreach (var number in new[] { LabDevice.Everything, LabDevice.Everything + 1 })
        {
            new LabKnobs(number).Clear();
        }

        using var source = VfioKernelDevice.Open(LabDevice.Parse($"vfio:{NodeOf(LabDevice.Everything)}"));
        using var destination = VfioKernelDevice.Open(LabDevice.Parse($"vfio:{NodeOf(LabDevice.Everything + 1)}"));
        Check.Equal("vfio/vfiolab", source.Offer.DeviceClass);
        Check.Equal(ArcOutcome.Completed, source.SetState(StopCopy).Outcome);
        Check.Equal(ArcOutcome.Completed, destination.SetState(Resuming).Outcome);
        var buffer = new byte[1 << 16];
        for (int bytes; (bytes = source.Read(buffer)) > 0;)
        {
            destination.Write(buffer.AsSpan(0, bytes));
        }

        Check.Equal(ArcOutcome.Completed, destination.SetState(Running).Outcome);
        Check.Equal(new LabKnobs(LabDevice.Everything).Sums.Saved, new LabKnobs(LabDevice.Everything + 1).Sums.Loaded);
        Check.Equal(ArcOutcome.Completed, source.SetState(Stop).Outcome);
    }

    public static void The_address_in_sysfs_leads_to_the_node()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        Busy($"vfio:{NodeOf(LabDevice.Everything)}");
        Check.Equal(1, Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget == NodeOf(LabDevice.Everything)));
    }

    public static void A_device_that_a_VMM_holds_by_its_group_cannot_be_opened_by_its_node()
    {
        using var vmm = Vmm.Hold(LabDevice.Everything, Socket);
        Busy($"vfio:{NodeOf(LabDevice.Everything)}");
    }

    public static void A_node_that_its_VMM_has_not_bound_is_refused_with_that_word()
    {
        using var vmm = Vmm.PassUnbound(NodeOf(LabDevice.Everything), Socket);
        var e = Check.Throws<DeviceException>(() => VfioKernelDevice.Open(LabDevice.Parse($"vfio:fd:{Socket}")).Dispose());
        Check.Equal(DeviceFault.NotOffered, e.Fault);
        Check.That(e.Message.Contains("not bound to an iommufd", StringComparison.Ordinal), $"it says: {e.Message}");
    }

    private static void Busy(string address) =>
        Check.Equal(DeviceFault.Busy, Check.Throws<DeviceException>(() => VfioKernelDevice.Open(LabDevice.Parse(address)).Dispose()).Fault);

    private static string NodeOf(int number) =>
        $"/dev/vfio/devices/{Path.GetFileName(Directory.GetDirectories($"/sys/bus/platform/devices/vfiolab.{number}/vfio-dev").Single())}";
}
