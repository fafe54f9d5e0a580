using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>The migration stream: which descriptor, where it ends, and what pre-copy tells.</summary>
public sealed class VfioStreamTests
{
    private static void Walk(VfioKernelDevice device, params DeviceState[] states) => Assert.All(states, s => Assert.True(device.SetState(s).Reached));

    [Fact]
    public void The_stream_of_pre_copy_goes_on_under_the_same_descriptor_until_the_device_runs_again()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.PreCopy, DeviceState.PreCopyP2P, DeviceState.StopCopy);
        Assert.Equal(1, host.Kernel.Streams);
        device.GetPreCopyInfo();
        Assert.Equal("stream 1", host.Kernel.Calls[^1].On);

        // On the way back nothing is closed while the machine waits; it is when the device enters PRE_COPY again.
        Walk(device, DeviceState.Stop, DeviceState.Running);
        Assert.Empty(host.Kernel.Closed);
        Walk(device, DeviceState.PreCopy);
        Assert.Equal(["stream 1"], host.Kernel.Closed);
        Assert.Equal(2, host.Kernel.Streams);
    }

    [Fact]
    public void Nothing_now_is_ENOMSG_or_0_before_STOP_COPY_and_only_0_is_the_end_in_it()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.PreCopy);
        var buffer = new byte[16];
        host.Kernel.Reads.Enqueue(new byte[] { 1, 2, 3 });
        host.Kernel.Reads.Enqueue("ENOMSG");
        Assert.Equal([3, 0, 0], new[] { device.Read(buffer), device.Read(buffer), device.Read(buffer) });

        Walk(device, DeviceState.StopCopy);
        Assert.Equal(0, device.Read(buffer));
        host.Kernel.Reads.Enqueue("ENOMSG");
        Assert.Equal(Errno.ENOMSG, Assert.Throws<DeviceException>(() => device.Read(buffer)).Errno);
    }

    [Fact]
    public void All_bytes_are_written_in_order_over_short_writes_and_signals()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Stop);
        Walk(device, DeviceState.Resuming);
        foreach (var result in new[] { 2, FakeKernel.Eintr, 1 })
        {
            host.Kernel.WriteResults.Enqueue(result);
        }

        device.Write([1, 2, 3, 4, 5]);
        Assert.Equal([1, 2, 3, 4, 5], host.Kernel.Written);
    }

    [Theory]
    [InlineData(-74, Errno.EBADMSG, DeviceFault.Failed)]
    [InlineData(0, Errno.EIO, DeviceFault.Failed)]
    [InlineData(-19, Errno.ENODEV, DeviceFault.Disconnected)]
    public void A_write_that_is_refused_or_takes_nothing_fails(int result, Errno errno, DeviceFault fault)
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Stop);
        Walk(device, DeviceState.Resuming);
        host.Kernel.WriteResults.Enqueue(result);
        var e = Assert.Throws<DeviceException>(() => device.Write([1]));
        Assert.Equal((errno, fault), (e.Errno, e.Fault));
    }

    [Fact]
    public void Without_a_stream_there_is_nothing_to_read()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Assert.Equal(Errno.EINVAL, Assert.Throws<DeviceException>(() => device.Read(new byte[1])).Errno);
    }

    [Fact]
    public void Pre_copy_bytes_are_asked_of_the_stream_and_the_flags_of_an_old_kernel_mean_nothing()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.PreCopy);
        host.Kernel.PreCopy = (0x0102, 0x0304, 1);
        Assert.Equal(new PreCopyInfo(0x0102, 0x0304, false), device.GetPreCopyInfo());
        Assert.Equal(("stream 1", 0x3B79u, "18000000" + "00000000" + "0000000000000000" + "0000000000000000"), host.Kernel.Calls[^1]);
    }

    [Fact]
    public void A_kernel_with_version_2_of_the_pre_copy_info_is_told_so_once_and_then_says_when_data_began_anew()
    {
        using var host = new FakeHost();
        host.Kernel.Features.Add(12);
        using var device = host.Open();
        Assert.Equal(["080000000c000600", "080000000c000200"], host.Kernel.Calls.Select(c => c.Bytes).Where(b => b.Length > 12 && b[8..12] == "0c00"));
        Walk(device, DeviceState.PreCopy);
        host.Kernel.PreCopy = (5, 0, 1);
        Assert.True(device.GetPreCopyInfo().Reinitialized);
    }

    [Fact]
    public void A_reset_ends_the_stream()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.StopCopy);
        device.Reset();
        Assert.Equal(("device", 0x3B6Fu, "0"), host.Kernel.Calls[^1]);
        Assert.Throws<DeviceException>(() => device.Read(new byte[1]));
        Assert.Equal(DeviceState.Running, device.GetState());
    }

    [Fact]
    public void A_stream_that_has_ended_is_closed_with_a_question_and_not_with_the_arc_that_stops_the_device()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.StopCopy, DeviceState.Stop, DeviceState.Running, DeviceState.RunningP2P);
        Assert.Empty(host.Kernel.Closed);
        device.GetDataSizeBytes();
        Assert.Empty(host.Kernel.Closed);
        Walk(device, DeviceState.Running);
        device.GetDataSizeBytes();
        Assert.Equal(["stream 1"], host.Kernel.Closed);
    }

    [Fact]
    public void A_data_size_that_cannot_be_is_not_taken()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Assert.Equal(4096, device.GetDataSizeBytes());
        Assert.Equal("10000000" + "09000100" + "0000000000000000", host.Kernel.Calls[^1].Bytes);
        host.Kernel.DataSizeBytes = ulong.MaxValue;
        Assert.Throws<DeviceException>(() => device.GetDataSizeBytes());
    }

    [Fact]
    public void Closing_the_device_closes_stream_device_group_and_container()
    {
        using var host = new FakeHost();
        var device = host.OpenIn(DeviceState.Running);
        Walk(device, DeviceState.PreCopy);
        device.Dispose();
        Assert.Equal(["stream 1", "device", "7", "vfio"], host.Kernel.Closed);
    }
}
