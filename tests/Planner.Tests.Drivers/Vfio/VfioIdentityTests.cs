using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>The ways to name a device lead to one identity, in a sysfs whose links are as the kernel makes them.</summary>
public sealed class VfioIdentityTests
{
    [Fact]
    public void A_device_is_the_same_by_its_PCI_address_its_node_and_every_path_of_its_folder()
    {
        using var host = HostWithNode();
        var drivers = new Drivers(new VfioDeviceDriver(host.Options));
        string[] ways =
        [
            "0000:3b:00.2", "3B:00.2", $"{host.Sysfs}/bus/pci/devices/0000:3b:00.2", $"{host.Sysfs}/devices/pci0/0000:3b:00.2/", $"{host.Nodes}/vfio/devices/vfio0",
            $"{host.Sysfs}/class/vfio-dev/vfio0/device",
        ];

        Assert.Equal(
            new TargetIdentity("vfio", $"{host.Sysfs}/devices/pci0/0000:3b:00.2"),
            Assert.Single(ways.Select(way => drivers.FindDevice($"vfio:{way}").Identity).Distinct()));
        using var device = host.Open(address: $"vfio:{host.Nodes}/vfio/devices/vfio0");
        Assert.Equal("vfio/mlx5/15b3:101e", device.Offer.DeviceClass);
    }

    [Fact]
    public void A_mediated_device_is_the_same_by_its_UUID_and_its_folder()
    {
        using var host = new FakeHost();
        const string Uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
        var folder = Directory.CreateDirectory(Path.Combine(host.Sysfs, "devices/mtty", Uuid)).FullName;
        Directory.CreateDirectory(Path.Combine(host.Sysfs, "bus/mdev/devices"));
        File.CreateSymbolicLink(Path.Combine(host.Sysfs, "bus/mdev/devices", Uuid), $"../../../devices/mtty/{Uuid}");
        var driver = new VfioDeviceDriver(host.Options);

        Assert.Equal(driver.Identify(folder), driver.Identify(Uuid));
        Assert.NotEqual(driver.Identify(folder), driver.Identify("0000:3b:00.2"));
    }

    [Fact]
    public void A_device_that_a_VMM_passes_is_known_by_the_socket_alone()
    {
        using var host = HostWithNode();
        var driver = new VfioDeviceDriver(host.Options);
        File.CreateSymbolicLink(Path.Combine(host.Nodes, "alias.sock"), "vmm.sock");

        Assert.Equal(driver.Identify($"fd:{host.Nodes}/vmm.sock"), driver.Identify($"fd:{host.Nodes}/alias.sock"));
        Assert.NotEqual(driver.Identify($"fd:{host.Nodes}/vmm.sock"), driver.Identify("0000:3b:00.2"));
    }

    [Fact]
    public void A_device_that_is_not_there_stands_for_its_address()
    {
        using var host = new FakeHost();
        var driver = new VfioDeviceDriver(host.Options);

        Assert.NotEqual(driver.Identify("0000:00:00.0"), driver.Identify("0000:00:00.1"));
    }

    private static FakeHost HostWithNode()
    {
        var host = new FakeHost(hasNode: true);
        Directory.CreateDirectory(Path.Combine(host.Sysfs, "class/vfio-dev"));
        File.CreateSymbolicLink(Path.Combine(host.Sysfs, "class/vfio-dev/vfio0"), "../../devices/pci0/0000:3b:00.2/vfio-dev/vfio0");
        File.CreateSymbolicLink(Path.Combine(host.Sysfs, "devices/pci0/0000:3b:00.2/vfio-dev/vfio0/device"), "../../../0000:3b:00.2");
        return host;
    }
}
