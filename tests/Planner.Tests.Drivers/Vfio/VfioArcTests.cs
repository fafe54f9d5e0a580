using Planner.Measurements;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>Arcs by ioctl: what is sent, what never is, and what is believed afterwards.</summary>
public sealed class VfioArcTests
{
    private static Func<string, uint, byte[], int?> OnSet(Func<byte[], int?> answer) =>
        (_, request, argument) => request == 0x3B75 && argument[6] == 2 && argument[4] == 2 ? answer(argument) : null;

    [Fact]
    public void An_arc_is_asked_sent_and_asked_with_exactly_these_bytes()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);

        var result = device.SetState(DeviceState.PreCopy);

        Assert.Equal((ArcOutcome.Completed, DeviceState.PreCopy), (result.Outcome, result.State));
        Assert.Equal(
            ["10000000020001000000000000000000", "100000000200020006000000ffffffff", "10000000020001000000000000000000"],
            host.Kernel.Calls.Select(c => c.Bytes));
    }

    [Theory]
    [InlineData(DeviceState.StopCopy, DeviceState.PreCopy)]
    [InlineData(DeviceState.StopCopy, DeviceState.PreCopyP2P)]
    [InlineData(DeviceState.Error, DeviceState.Running)]
    [InlineData(DeviceState.Running, DeviceState.Error)]
    [InlineData(DeviceState.Running, (DeviceState)42)]
    public void Arcs_that_the_state_machine_does_not_know_never_reach_the_kernel(DeviceState from, DeviceState to)
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(from);
        Assert.Equal((ArcOutcome.Failed, Errno.EINVAL), (device.SetState(to).Outcome, device.SetState(to).Errno));
        Assert.Empty(host.Kernel.Targets);
    }

    [Fact]
    public void The_state_that_counts_is_the_devices_own_also_when_somebody_else_moved_it()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        Assert.True(device.SetState(DeviceState.PreCopy).Reached);

        // A VMM that shares the descriptor went on.
        host.Kernel.State = (uint)DeviceState.StopCopy;

        Assert.Equal((ArcOutcome.Failed, (DeviceState?)DeviceState.StopCopy), (device.SetState(DeviceState.PreCopyP2P).Outcome, device.SetState(DeviceState.PreCopyP2P).State));
        Assert.Equal([6u], host.Kernel.Targets);
    }

    [Fact]
    public void After_an_error_the_state_is_what_a_question_says_and_not_what_the_answer_left_there()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.RunningP2P);
        host.Kernel.OnControl = OnSet(_ =>
        {
            host.Kernel.State = (uint)DeviceState.Stop;
            return -121;
        });
        var result = device.SetState(DeviceState.StopCopy);
        Assert.Equal((ArcOutcome.Failed, DeviceState.Stop, Errno.EREMOTEIO), (result.Outcome, result.State, result.Errno));
    }

    [Fact]
    public void A_driver_that_claims_success_and_is_elsewhere_has_failed()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        host.Kernel.OnControl = OnSet(_ => 0);
        var result = device.SetState(DeviceState.RunningP2P);
        Assert.Equal((ArcOutcome.Failed, DeviceState.Running), (result.Outcome, result.State));
    }

    [Fact]
    public void A_module_that_goes_away_ends_the_arc_and_every_question()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        host.Kernel.OnControl = (_, _, _) => FakeKernel.Enodev;
        var result = device.SetState(DeviceState.Stop);
        Assert.Equal((ArcOutcome.Failed, null, Errno.ENODEV), (result.Outcome, result.State, result.Errno));
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
    }

    [Fact]
    public void A_signal_before_an_arc_began_sends_it_again()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        var signals = 2;
        host.Kernel.OnControl = OnSet(_ => signals-- > 0 ? FakeKernel.Eintr : null);
        Assert.True(device.SetState(DeviceState.Stop).Reached);
        Assert.Equal([1u, 1u, 1u], host.Kernel.Targets);
    }

    [Fact]
    public void A_signal_after_the_device_moved_does_not()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.RunningP2P);
        host.Kernel.OnControl = OnSet(_ =>
        {
            host.Kernel.State = (uint)DeviceState.Stop;
            return FakeKernel.Eintr;
        });
        var result = device.SetState(DeviceState.StopCopy);
        Assert.Equal((ArcOutcome.Failed, DeviceState.Stop, Errno.EINTR), (result.Outcome, result.State, result.Errno));
        Assert.Equal([3u], host.Kernel.Targets);
    }

    [Fact]
    public void A_signal_that_came_late_does_not_either_because_the_decision_is_out_of_date()
    {
        var clock = new ManualClock();
        using var host = new FakeHost();
        using var device = host.Open(host.Options with { Clock = clock });
        host.Kernel.OnControl = OnSet(_ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(11));
            return FakeKernel.Eintr;
        });
        Assert.Equal(Errno.EINTR, device.SetState(DeviceState.Stop).Errno);
        Assert.Equal([1u], host.Kernel.Targets);
    }

    [Fact]
    public async Task While_an_arc_blocks_for_a_minute_questions_are_refused_at_once_and_the_watch_says_so_once()
    {
        var clock = new ManualClock();
        var told = new List<string>();
        using var host = new FakeHost();
        using var device = host.Open(host.Options with { Clock = clock, OnOverdue = told.Add });
        using var isInside = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        host.Kernel.OnControl = OnSet(_ =>
        {
            isInside.Set();
            Assert.True(mayEnd.Wait(TimeSpan.FromSeconds(30)));
            return null;
        });
        var arc = Task.Factory.StartNew(() => device.SetState(DeviceState.Stop), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(isInside.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        clock.Advance(TimeSpan.FromSeconds(60));
        var refusal = Assert.Throws<DeviceException>(() => device.GetState());
        Assert.Equal((ArcOutcome.Unknown, Errno.EBUSY), (device.SetState(DeviceState.Running).Outcome, device.SetState(DeviceState.Running).Errno));
        clock.Advance(TimeSpan.FromSeconds(10));
        mayEnd.Set();
        var result = await arc;

        Assert.Equal(DeviceFault.Busy, refusal.Fault);
        Assert.Contains($"STOP has been under way for {Quantity.Format(TimeSpan.FromSeconds(60))}", refusal.Message, StringComparison.Ordinal);
        Assert.Single(told);
        Assert.Equal((ArcOutcome.Completed, TimeSpan.FromSeconds(70)), (result.Outcome, result.Took));
        Assert.Equal(DeviceState.Stop, device.GetState());
    }

    [Fact]
    public void An_arc_allocates_nothing_up_to_its_ioctl_and_back()
    {
        using var host = new FakeHost();
        using var device = host.OpenIn(DeviceState.Running);
        host.Kernel.KeepsCalls = false;

        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                device.SetState(DeviceState.RunningP2P);
                device.SetState(DeviceState.Running);
            }
        }));
    }
}
