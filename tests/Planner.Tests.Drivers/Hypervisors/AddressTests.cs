using Planner.Devices;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Hypervisors;

public sealed class AddressTests
{
    private static readonly Drivers Known = new(new VfioUserDriver(), new QemuDriver());

    [Theory]
    [InlineData("qmp:/run/vm1.qmp", "/run/vm1.qmp")]
    [InlineData("qmp:/run/a:b.qmp", "/run/a:b.qmp")]
    [InlineData("qmp:/run/../run/x", "/run/x")]
    public void A_monitor_has_a_path(string text, string path)
    {
        var target = Known.FindHypervisor(text);
        Assert.Equal($"qmp:{path}", target.Address);
        Assert.Equal(target, Known.FindHypervisor(target.Address));
    }

    [Fact]
    public void A_relative_path_is_kept_absolute()
    {
        Assert.Equal($"qmp:{Path.GetFullPath("x")}", Known.FindHypervisor("qmp:x").Address);
        Assert.True(ChannelAddress.TryParse("unix:x", out var channel, out _));
        Assert.Equal($"unix:{Path.GetFullPath("x")}", channel.ToString());
    }

    [Fact]
    public void One_monitor_is_one_machine_by_whichever_path()
    {
        using var folder = new TemporaryDirectory();
        File.CreateSymbolicLink(folder.File("alias"), folder.File("vm1.qmp"));
        string[] ways = [folder.File("vm1.qmp"), $"{folder.Path}/./vm1.qmp", Path.GetRelativePath(".", folder.File("vm1.qmp")), folder.File("alias")];

        Assert.Single(ways.Select(w => Known.FindHypervisor($"qmp:{w}").Identity).Distinct());
    }

    [Fact]
    public void Without_a_channel_the_memory_goes_through_a_socket_beside_the_destinations_monitor()
    {
        Assert.Equal($"unix:{Path.GetFullPath("x")}.migration", Known.ChannelTo("qmp:x"));
        Assert.Equal("unix:PATH|tcp:HOST:PORT", Known.ChannelForms);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/vm1.qmp")]
    [InlineData("QMP:/run/vm1.qmp")]
    [InlineData("qmp:")]
    [InlineData("qmp: ")]
    [InlineData("qmp:/a\0b")]
    [InlineData("vfio-user:/run/x")]
    public void What_is_no_monitor_is_told_in_a_sentence(string text)
    {
        var e = Assert.Throws<HypervisorException>(() => Known.FindHypervisor(text));
        Assert.Equal(HypervisorFault.NotFound, e.Fault);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_has_at_most_107_bytes_in_its_path()
    {
        var longest = "/" + new string('x', 106);
        Known.FindHypervisor("qmp:" + longest);
        Assert.True(ChannelAddress.TryParse("unix:" + longest, out _, out _));
        Assert.Contains("108 bytes", Assert.Throws<HypervisorException>(() => Known.FindHypervisor($"qmp:{longest}y")).Message, StringComparison.Ordinal);
        Assert.False(ChannelAddress.TryParse($"unix:{longest}y", out _, out var problem));
        Assert.Contains("108 bytes", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:/run/a:b", "unix:/run/a:b")]
    [InlineData("tcp:10.0.0.2:4444", "tcp:10.0.0.2:4444")]
    [InlineData("tcp:host.example:04444", "tcp:host.example:4444")]
    [InlineData("tcp:[::1]:4444", "tcp:[::1]:4444")]
    public void A_channel_is_what_QEMU_takes(string text, string channel)
    {
        Assert.True(ChannelAddress.TryParse(text, out var address, out var problem), problem);
        Assert.Equal(channel, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("exec:cat")]
    [InlineData("unix:")]
    [InlineData("tcp:")]
    [InlineData("tcp:4444")]
    [InlineData("tcp::4444")]
    [InlineData("tcp:host:")]
    [InlineData("tcp:host:0")]
    [InlineData("tcp:host:65536")]
    [InlineData("tcp:host:+1")]
    [InlineData("tcp:a host:1")]
    [InlineData("tcp:host,to=9:1")]
    [InlineData("tcp:::1:4444")]
    public void What_is_no_channel_is_told_in_a_sentence(string text)
    {
        Assert.False(ChannelAddress.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }
}
