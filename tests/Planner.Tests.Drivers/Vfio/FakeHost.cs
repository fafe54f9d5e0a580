using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>A folder that stands for <c>/sys</c> and <c>/dev</c> of a host with the device 0000:3b:00.2 in group 7.</summary>
internal sealed class FakeHost : IDisposable
{
    public const string Address = "vfio:0000:3b:00.2";

    private readonly string _root = Directory.CreateTempSubdirectory("vfio-").FullName;

    public FakeHost(string? driver = "mlx5_vfio_pci", bool hasGroup = true, bool hasNode = false, bool hasVfio = true)
    {
        var device = Directory.CreateDirectory(Path.Combine(Sysfs, "devices/pci0/0000:3b:00.2")).FullName;
        Directory.CreateDirectory(Path.Combine(Sysfs, "bus/pci/devices"));
        File.CreateSymbolicLink(Path.Combine(Sysfs, "bus/pci/devices/0000:3b:00.2"), device);
        File.WriteAllText(Path.Combine(device, "vendor"), "0x15b3\n");
        File.WriteAllText(Path.Combine(device, "device"), "0x101e\n");
        File.CreateSymbolicLink(Path.Combine(device, "iommu_group"), "../../../kernel/iommu_groups/7");
        if (driver is not null)
        {
            File.CreateSymbolicLink(Path.Combine(device, "driver"), $"../../../bus/pci/drivers/{driver}");
        }

        Directory.CreateDirectory(Nodes);
        if (hasVfio)
        {
            Touch("vfio/vfio");
        }

        if (hasGroup)
        {
            Touch("vfio/7");
        }

        if (hasNode)
        {
            Directory.CreateDirectory(Path.Combine(device, "vfio-dev/vfio0"));
            Touch("vfio/devices/vfio0");
            Touch("iommu");
        }
    }

    public FakeKernel Kernel { get; } = new();

    public string Sysfs => Path.Combine(_root, "sys");

    public string Nodes => Path.Combine(_root, "dev");

    public VfioOptions Options => new() { Kernel = Kernel, SysfsFolder = Sysfs, NodesFolder = Nodes };

    public VfioKernelDevice Open(VfioOptions? options = null, string address = Address)
    {
        Assert.True(VfioAddress.TryParse(address["vfio:".Length..], out var parsed, out var problem), problem);
        return VfioKernelDevice.Open(parsed, options ?? Options);
    }

    /// <summary>Opens a device that was left in a state.</summary>
    public VfioKernelDevice OpenIn(DeviceState state)
    {
        Kernel.State = (uint)state;
        var device = Open();
        Kernel.Calls.Clear();
        return device;
    }

    public DeviceException Refusal(string address = Address)
    {
        var e = Assert.Throws<DeviceException>(() => Open(address: address));
        Assert.StartsWith(address, e.Message);
        Assert.EndsWith(".", e.Message);
        return e;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Touch(string name)
    {
        var path = Path.Combine(Nodes, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
