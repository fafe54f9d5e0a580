using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

public sealed class VfioDmaLogTests
{
    private static readonly DmaRange Range = new(0x1000_0000, 0x20_0000);

    private static FakeHost Host()
    {
        var host = new FakeHost();
        host.Kernel.Features.UnionWith([6, 7, 8]);
        return host;
    }

    [Fact]
    public void A_log_is_started_with_its_ranges_read_as_bits_and_stopped()
    {
        using var host = Host();
        using var device = host.Open();
        Assert.Equal(Answer.Yes, device.Offer.OffersDmaLogging);
        byte[] ranges = [];
        host.Kernel.OnControl = (_, _, argument) =>
        {
            var pointer = argument.Length >= 32 ? (nint)BinaryPrimitives.ReadInt64LittleEndian(argument.AsSpan(^8)) : 0;
            switch (argument.Length)
            {
                case 32:
                    ranges = new byte[16];
                    Marshal.Copy(pointer, ranges, 0, ranges.Length);
                    BinaryPrimitives.WriteInt64LittleEndian(argument.AsSpan(8), 8192);
                    return 0;
                case 40:
                    Marshal.WriteInt64(pointer, 0b1011);
                    return 0;
                default:
                    return null;
            }
        };
        host.Kernel.Calls.Clear();

        var log = device.StartDmaLog([Range], 4096);
        Assert.Equal(8192, log.PageBytes);
        Assert.Equal("00000010000000000000200000000000", Convert.ToHexStringLower(ranges));
        Assert.StartsWith("20000000" + "06000200" + "0010000000000000" + "01000000" + "00000000", host.Kernel.Calls[0].Bytes);

        Assert.Equal(3 * 4096, log.ReadDirtyBytes(Range, 4096));
        Assert.StartsWith("28000000" + "08000100" + "0000001000000000" + "0000200000000000" + "0010000000000000", host.Kernel.Calls[1].Bytes);

        log.Dispose();
        log.Dispose();
        Assert.Equal(["0800000007000200"], host.Kernel.Calls.Skip(2).Select(c => c.Bytes));
    }

    [Fact]
    public void A_kernel_that_takes_the_start_and_has_no_report_is_named()
    {
        using var host = Host();
        using var device = host.Open();
        host.Kernel.OnControl = (_, _, argument) => argument.Length == 40 ? -95 : null;
        using var log = device.StartDmaLog([Range], 4096);
        Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(() => log.ReadDirtyBytes(Range, 4096)).Fault);
    }

    [Fact]
    public void A_device_without_a_log_refuses_to_start_one()
    {
        using var host = new FakeHost();
        using var device = host.Open();
        Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(() => device.StartDmaLog([Range], 4096)).Fault);
    }
}
