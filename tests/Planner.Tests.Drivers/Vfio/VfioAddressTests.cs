using Planner.Devices;
using Xunit;

namespace Planner.Tests.Vfio;

public sealed class VfioAddressTests
{
    [Theory]
    [InlineData("vfio:0000:3b:00.2", VfioAddressKind.Pci, "vfio:0000:3b:00.2")]
    [InlineData("vfio:3B:00.2", VfioAddressKind.Pci, "vfio:0000:3b:00.2")]
    [InlineData("vfio:83b8f4f2-509f-382f-3c1e-e6bfe0fa1001", VfioAddressKind.Mediated, "vfio:83b8f4f2-509f-382f-3c1e-e6bfe0fa1001")]
    [InlineData("vfio:/sys/bus/platform/devices/lab.0/", VfioAddressKind.SysfsFolder, "vfio:/sys/bus/platform/devices/lab.0")]
    [InlineData("vfio:/dev/vfio/devices/vfio0", VfioAddressKind.Node, "vfio:/dev/vfio/devices/vfio0")]
    [InlineData("vfio:fd:/run/../run/vmm.sock", VfioAddressKind.Socket, "vfio:fd:/run/vmm.sock")]
    public void A_device_is_named_in_one_of_five_ways_and_keeps_one_canonical_name(string text, VfioAddressKind kind, string canonical)
    {
        Assert.True(VfioAddress.TryParse(text["vfio:".Length..], out var address, out var problem), problem);
        Assert.Equal((kind, canonical), (address.Kind, address.ToString()));
        Assert.True(VfioAddress.TryParse(address.Target, out var again, out _));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("vfio:nic0")]
    [InlineData("vfio:0000:3b:00.8")]
    [InlineData("vfio:0000-3b:00.2")]
    [InlineData("vfio:zz:00.2")]
    [InlineData("vfio:fd:")]
    [InlineData("vfio:/dev/vfio/12")]
    public void What_names_no_device_is_refused_in_one_sentence(string text)
    {
        Assert.False(VfioAddress.TryParse(text["vfio:".Length..], out _, out var problem));
        Assert.EndsWith(".", problem);
    }
}
