using System.Buffers.Binary;
using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>The deadline feature over ioctl: configured, found by a probe, and judged by the device's state and this host's clock.</summary>
public sealed class VfioDeadlineTests
{
    private const long Deadline = 0x1122334455;

    private static FakeHost Host()
    {
        var host = new FakeHost("vfiolab");
        host.Kernel.Features.UnionWith([0xfd01, 0xfd02]);
        return host;
    }

    private static Func<string, uint, byte[], int?> OnDeadline(Func<byte[], int?> answer) =>
        (_, request, argument) => request == 0x3B75 && argument.Length == 48 ? answer(argument) : null;

    [Fact]
    public void A_driver_that_nobody_said_takes_deadlines_is_not_even_asked()
    {
        using var host = new FakeHost();
        host.Kernel.Features.UnionWith([0xfd01, 0xfd02]);
        using var device = host.Open();
        Assert.Equal(Answer.No, device.Offer.OffersDeadline);
        Assert.DoesNotContain(host.Kernel.Calls, c => c.Bytes.Length > 12 && c.Bytes[8..12] == "01fd");
        Assert.Equal((ArcOutcome.Failed, Errno.ENOTTY), (device.SetStateBy(DeviceState.Stop, 1).Outcome, device.SetStateBy(DeviceState.Stop, 1).Errno));
    }

    [Fact]
    public void A_deadline_travels_in_forty_bytes_after_the_head()
    {
        using var host = Host();
        using var device = host.Open(host.Options with { Clock = new ManualClock() });
        Assert.Equal((Answer.Yes, Answer.Yes), (device.Offer.OffersDeadline, device.Offer.OffersArcLatency));
        host.Kernel.Calls.Clear();

        Assert.Equal(ArcOutcome.Completed, device.SetStateBy(DeviceState.Stop, Deadline).Outcome);

        Assert.Equal(
            "30000000" + "01fd0200" + "01000000" + "ffffffff" + "5544332211000000" + "0000000000000000" + "0000000000000000" + "00000000" + "00000000",
            host.Kernel.Calls[1].Bytes);
    }

    [Fact]
    public void The_number_of_the_feature_is_configuration()
    {
        using var host = Host();
        host.Kernel.Features.Add(0xfe07);
        var drivers = VfioDriverText.ReadAll(
            "apiVersion: planner/v1\nkind: VfioDriver\nmetadata: { name: mine }\nspec:\n  kernelNames: [vfiolab]\n  deadline: { feature: 0xfe07 }\n", "mine.yaml");
        using var device = host.Open(host.Options with { Drivers = drivers });
        host.Kernel.OnControl = OnDeadline(_ => -62);
        device.SetStateBy(DeviceState.Stop, Deadline);
        Assert.Contains(host.Kernel.Calls, c => c.Bytes.StartsWith("30000000" + "07fe0200", StringComparison.Ordinal));
    }

    [Fact]
    public void ETIME_is_a_refusal_and_nothing_happened()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.PreCopy);
        host.Kernel.OnControl = OnDeadline(_ => -62);
        var result = device.SetStateBy(DeviceState.StopCopy, Deadline);
        Assert.Equal((ArcOutcome.Refused, DeviceState.PreCopy, Errno.ETIME), (result.Outcome, result.State, result.Errno));
    }

    [Fact]
    public void ETIME_from_a_device_that_moved_all_the_same_is_a_failure()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.PreCopy);
        host.Kernel.OnControl = OnDeadline(_ =>
        {
            host.Kernel.State = (uint)DeviceState.PreCopyP2P;
            return -62;
        });
        Assert.Equal(ArcOutcome.Failed, device.SetStateBy(DeviceState.StopCopy, Deadline).Outcome);
    }

    [Fact]
    public void ETIMEDOUT_leaves_the_device_on_the_way_and_says_where()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.PreCopy);
        host.Kernel.OnControl = OnDeadline(_ =>
        {
            host.Kernel.State = (uint)DeviceState.PreCopyP2P;
            return -110;
        });
        var result = device.SetStateBy(DeviceState.StopCopy, Deadline);
        Assert.Equal((ArcOutcome.AbortedInFlight, DeviceState.PreCopyP2P), (result.Outcome, result.State));
    }

    [Fact]
    public void Where_the_state_cannot_be_asked_the_one_that_was_copied_back_counts()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.PreCopy);
        var isOver = false;
        host.Kernel.OnControl = (_, _, argument) =>
        {
            if (argument.Length == 48)
            {
                isOver = true;
                BinaryPrimitives.WriteUInt32LittleEndian(argument.AsSpan(40), (uint)DeviceState.PreCopyP2P);
                return -110;
            }

            return isOver ? -5 : null;
        };
        Assert.Equal(DeviceState.PreCopyP2P, device.SetStateBy(DeviceState.StopCopy, Deadline).State);
    }

    [Fact]
    public void ETIMEDOUT_without_a_deadline_is_a_failure_like_any_other()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.PreCopy);
        host.Kernel.OnControl = (_, _, argument) => argument.Length == 16 && argument[6] == 2 ? -110 : null;
        Assert.Equal(ArcOutcome.Failed, device.SetState(DeviceState.StopCopy).Outcome);
    }

    [Fact]
    public void Whether_it_was_in_time_is_judged_by_the_clock_of_this_host()
    {
        var clock = new ManualClock();
        using var host = Host();
        using var device = host.Open(host.Options with { Clock = clock });
        host.Kernel.OnControl = OnDeadline(_ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            return null;
        });
        Assert.Equal(ArcOutcome.Completed, device.SetStateBy(DeviceState.Stop, clock.GetTimestamp() + 20_000_000).Outcome);
        Assert.Equal(ArcOutcome.CompletedLate, device.SetStateBy(DeviceState.Running, clock.GetTimestamp() + 19_999_999).Outcome);
    }

    [Fact]
    public void The_latency_of_an_arc_is_asked_with_both_states_and_rounded_up()
    {
        using var host = Host();
        using var device = host.OpenIn(DeviceState.Running);
        Assert.Equal(TimeSpan.FromTicks(270_001), device.GetWorstArcLatency(new Arc(DeviceState.PreCopy, DeviceState.StopCopy)));
        Assert.Equal("18000000" + "02fd0100" + "06000000" + "03000000" + "0000000000000000", host.Kernel.Calls[^1].Bytes);
    }
}
