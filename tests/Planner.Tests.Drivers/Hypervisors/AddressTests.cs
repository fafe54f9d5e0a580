using Planner.Documents;
using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors;

public sealed class AddressTests
{
    [Theory]
    [InlineData("qmp:/run/vm1.qmp", "/run/vm1.qmp")]
    [InlineData("qmp:/run/a:b.qmp", "/run/a:b.qmp")]
    [InlineData("qmp:/run/../run/x", "/run/x")]
    public void A_monitor_has_a_path(string text, string path)
    {
        Assert.True(HypervisorAddress.TryParse(text, out var address, out var problem), problem);
        Assert.Equal(path, address.Path);
        Assert.True(HypervisorAddress.TryParse(address.ToString(), out var again, out _));
        Assert.Equal(address, again);
    }

    [Fact]
    public void A_relative_path_is_kept_absolute()
    {
        Assert.True(HypervisorAddress.TryParse("qmp:x", out var address, out _));
        Assert.Equal($"qmp:{Path.GetFullPath("x")}", address.ToString());
        Assert.True(ChannelAddress.TryParse("unix:x", out var channel, out _));
        Assert.Equal($"unix:{Path.GetFullPath("x")}", channel.ToString());
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
        Assert.False(HypervisorAddress.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_has_at_most_107_bytes_in_its_path()
    {
        var longest = "/" + new string('x', 106);
        Assert.True(HypervisorAddress.TryParse("qmp:" + longest, out _, out _));
        Assert.True(ChannelAddress.TryParse("unix:" + longest, out _, out _));
        Assert.False(HypervisorAddress.TryParse($"qmp:{longest}y", out _, out var problem));
        Assert.Contains("108 bytes", problem, StringComparison.Ordinal);
        Assert.False(ChannelAddress.TryParse($"unix:{longest}y", out _, out problem));
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
