using System.Text;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>The ways to open a device, with the bytes of the uAPI written down by hand, and what may be wrong.</summary>
public sealed class VfioOpeningTests
{
    [Fact]
    public void A_device_is_opened_by_its_group_and_a_container_where_the_kernel_has_no_node_for_it()
    {
        using var host = new FakeHost();
        using (host.Open())
        {
            var name = Convert.ToHexStringLower(Encoding.ASCII.GetBytes("0000:3b:00.2\0"));
            Assert.Equal(
                [("vfio", 0x3B64u, "0"), ("7", 0x3B67u, "0800000000000000"), ("7", 0x3B68u, "65000000"), ("vfio", 0x3B66u, "3"), ("7", 0x3B6Au, name)],
                host.Kernel.Calls.Take(5));
        }

        Assert.Equal(["device", "7", "vfio"], host.Kernel.Closed);
    }

    [Fact]
    public void A_device_is_opened_by_its_own_node_and_an_iommufd_where_the_kernel_has_both()
    {
        using var host = new FakeHost(hasNode: true);
        using (host.Open())
        {
            Assert.Equal(
                [
                    ("vfio0", 0x3B76u, "10000000" + "00000000" + "66000000" + "00000000"),
                    ("iommu", 0x3B81u, "0c000000" + "00000000" + "00000000"),
                    ("vfio0", 0x3B77u, "0c000000" + "00000000" + "4d000000"),
                ],
                host.Kernel.Calls.Take(3));
        }

        Assert.Equal(["vfio0", "iommu"], host.Kernel.Closed);
    }

    [Fact]
    public void A_device_is_also_opened_by_its_sysfs_folder_and_by_its_node()
    {
        using var host = new FakeHost(hasNode: true);
        Directory.CreateDirectory(Path.Combine(host.Sysfs, "class/vfio-dev/vfio0"));
        File.CreateSymbolicLink(Path.Combine(host.Sysfs, "class/vfio-dev/vfio0/device"), Path.Combine(host.Sysfs, "devices/pci0/0000:3b:00.2"));
        foreach (var path in new[] { $"{host.Sysfs}/bus/pci/devices/0000:3b:00.2", $"{host.Nodes}/vfio/devices/vfio0" })
        {
            using var device = host.Open(address: $"vfio:{path}");
            Assert.Equal("vfio/mlx5/15b3:101e", device.Offer.DeviceClass);
        }
    }

    [Theory]
    [InlineData(-13, DeviceFault.NoPermission, "run as root")]
    [InlineData(-1, DeviceFault.NoPermission, "run as root")]
    [InlineData(-16, DeviceFault.Busy, "vfio:fd:SOCKET")]
    public void A_group_that_cannot_be_opened_is_explained(int result, DeviceFault fault, string advice)
    {
        using var host = new FakeHost();
        host.Kernel.OpenResults["vfio/7"] = result;
        var refusal = host.Refusal();
        Assert.Equal(fault, refusal.Fault);
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["vfio"], host.Kernel.Closed);
    }

    [Theory]
    [InlineData(0x3B76u, -16)]
    [InlineData(0x3B76u, -22)]
    public void A_node_that_a_VMM_holds_is_busy_whichever_error_the_kernel_gives(uint request, int result)
    {
        using var host = new FakeHost(hasNode: true);
        host.Kernel.OnControl = (_, r, _) => r == request ? result : null;
        var refusal = host.Refusal();
        Assert.Equal(DeviceFault.Busy, refusal.Fault);
        Assert.Contains("vfio:fd:SOCKET", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_VFIO_is_named_so()
    {
        using var host = new FakeHost(driver: "mlx5_core", hasGroup: false, hasVfio: false);
        var refusal = host.Refusal();
        Assert.Equal(DeviceFault.NotOffered, refusal.Fault);
        Assert.Contains("has no VFIO", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlx5_core", "bound to mlx5_core")]
    [InlineData(null, "no driver is bound")]
    public void A_device_without_a_VFIO_driver_is_told_what_to_bind(string? driver, string says)
    {
        using var host = new FakeHost(driver, hasGroup: false);
        var refusal = host.Refusal();
        Assert.Equal(DeviceFault.NotOffered, refusal.Fault);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_vfio_pci_is_named_as_the_wrong_driver()
    {
        using var host = new FakeHost("vfio-pci");
        host.Kernel.HasMigration = false;
        var refusal = host.Refusal();
        Assert.Equal(DeviceFault.NoMigration, refusal.Fault);
        Assert.Contains("plain vfio-pci", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["device", "7", "vfio"], host.Kernel.Closed);
    }

    [Fact]
    public void A_device_with_only_the_old_protocol_is_refused_by_name()
    {
        using var host = new FakeHost();
        host.Kernel.HasMigration = false;
        host.Kernel.OnControl = (_, request, argument) =>
        {
            if (request != 0x3B6C)
            {
                return null;
            }

            // A region with one capability at 32: id 2 (type), version 1, next 0, type 3, subtype 1.
            Convert.FromHexString("0800000000000000200000000000000000000000000000000000000002000100000000000300000001000000").CopyTo(argument, 4);
            return 0;
        };
        var refusal = host.Refusal();
        Assert.Equal(DeviceFault.NoMigration, refusal.Fault);
        Assert.Contains("v1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_is_shared_with_a_driver_of_the_host_is_refused()
    {
        using var host = new FakeHost();
        host.Kernel.OnControl = (_, request, _) => request == 0x3B67 ? 0 : null;
        Assert.Contains("group 7", host.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_does_not_exist_is_not_found()
    {
        using var host = new FakeHost();
        Assert.Equal(DeviceFault.NotFound, host.Refusal("vfio:0000:00:00.0").Fault);
    }

    [Theory]
    [InlineData(-22, Answer.No)]
    [InlineData(-25, Answer.No)]
    [InlineData(-5, Answer.CouldNotAsk)]
    [InlineData(-16, Answer.CouldNotAsk)]
    public void EINVAL_and_ENOTTY_mean_not_offered_and_with_every_other_number_nobody_could_ask(int result, Answer expected)
    {
        using var host = new FakeHost();
        host.Kernel.OnControl = (_, request, argument) => request == 0x3B75 && argument[4] == 9 ? result : null;
        using var device = host.Open();
        Assert.Equal(expected, device.Offer.OffersDataSize);
    }

    [Fact]
    public void A_device_of_which_migration_itself_cannot_be_asked_is_refused_with_the_error()
    {
        using var host = new FakeHost();
        host.Kernel.OnControl = (_, request, argument) => request == 0x3B75 && argument[4] == 1 ? -5 : null;
        Assert.Equal((DeviceFault.Failed, Errno.EIO), (host.Refusal().Fault, host.Refusal().Errno));
    }

    [Theory]
    [InlineData(3u, 0, Answer.Yes)]
    [InlineData(2u, 0, Answer.No)]
    [InlineData(3u, -16, Answer.CouldNotAsk)]
    public void Whether_there_is_a_reset_is_a_yes_a_no_or_could_not_be_asked(uint flags, int result, Answer expected)
    {
        using var host = new FakeHost();
        host.Kernel.OnControl = (_, request, argument) =>
        {
            if (request != 0x3B6B)
            {
                return null;
            }

            argument[4] = (byte)flags;
            return result;
        };
        using var device = host.Open();
        Assert.Equal(expected, device.Offer.OffersReset);
    }

    [Fact]
    public void Features_are_probed_with_a_head_alone_and_read_with_their_data()
    {
        using var host = new FakeHost();
        using var device = host.Open();
        var asked = host.Kernel.Calls.Where(c => c.Request == 0x3B75).Select(c => c.Bytes).ToList();
        Assert.Equal(["0800000001000500", "0800000002000700", "10000000010001000000000000000000", "0800000009000500"], asked.Take(4));
        Assert.Equal(
            (7u, Answer.Yes, Answer.Yes, Answer.No, Answer.No, Answer.Yes),
            ((uint)device.Offer.Capabilities, device.Offer.OffersDataSize, device.Offer.OffersPreCopyInfo, device.Offer.OffersDeadline, device.Offer.OffersDmaLogging, device.Offer.OffersReset));
    }
}
