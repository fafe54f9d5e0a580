using Planner.Devices;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

public sealed class StateTests
{
    private static readonly VfioUserOptions Impatient = new()
    {
        AskTimeLimit = TimeSpan.FromSeconds(20),
        WorkTimeLimit = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void The_state_is_asked_before_the_first_change_and_remembered_after_it()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(2).SetState(6).SetState(3).SetState(1);
        using var device = server.Open();
        foreach (var target in new[] { DeviceState.PreCopy, DeviceState.StopCopy, DeviceState.Stop })
        {
            var result = device.SetState(target);
            Assert.Equal((ArcOutcome.Completed, target, Errno.None), (result.Outcome, result.State, result.Errno));
            Assert.True(result.Took > TimeSpan.Zero);
        }

        server.Verify();
    }

    [Fact]
    public void Arcs_that_the_state_machine_refuses_are_never_sent()
    {
        using var server = new ScriptedServer().PlainOpening(7).StateIs(3);
        using var device = server.Open();

        // STOP_COPY->PRE_COPY and ->PRE_COPY_P2P make some kernels loop; ERROR, 8 and 99 are no targets.
        foreach (var target in new[] { DeviceState.PreCopy, DeviceState.PreCopyP2P, DeviceState.Error, (DeviceState)8, (DeviceState)99 })
        {
            Assert.Equal(new ArcResult(ArcOutcome.Failed, DeviceState.StopCopy, Errno.EINVAL, TimeSpan.Zero), device.SetState(target));
        }

        server.Verify();
    }

    [Fact]
    public void States_that_the_device_does_not_have_are_never_sent()
    {
        using var server = new ScriptedServer().PlainOpening(1).StateIs(2);
        using var device = server.Open();
        foreach (var target in new[] { DeviceState.PreCopy, DeviceState.RunningP2P, DeviceState.PreCopyP2P })
        {
            Assert.Equal(Errno.EINVAL, device.SetState(target).Errno);
        }

        server.Verify();
    }

    [Fact]
    public void P2P_states_are_used_where_the_device_has_them()
    {
        using var server = new ScriptedServer().PlainOpening(3).StateIs(2).SetState(5).SetState(1);
        using var device = server.Open();
        Assert.True(device.SetState(DeviceState.RunningP2P).Reached);
        Assert.True(device.SetState(DeviceState.Stop).Reached);
        server.Verify();
    }

    [Theory]
    [InlineData(5u)]
    [InlineData(16u)]
    [InlineData(22u)]
    [InlineData(42u)]
    [InlineData(107u)]
    [InlineData(110u)]
    [InlineData(0u)]
    public void After_an_error_the_state_is_what_the_device_says(uint error)
    {
        // RUNNING -> STOP_COPY that fails on its second arc leaves STOP; the next arc starts from there.
        using var server = new ScriptedServer().PlainOpening(1).StateIs(2).SetState(3, error).StateIs(1).SetState(2);
        using var device = server.Open();
        var result = device.SetState(DeviceState.StopCopy);
        Assert.Equal((ArcOutcome.Failed, DeviceState.Stop, (Errno)error), (result.Outcome, result.State, result.Errno));
        Assert.True(device.SetState(DeviceState.Running).Reached);
        server.Verify();
    }

    [Fact]
    public void After_an_error_with_no_answer_to_the_question_for_the_state_it_is_not_known()
    {
        using var server = new ScriptedServer().PlainOpening(1).StateIs(2).SetState(3, 5)
            .Exchange(id => FeatureRequest(id, 16, Get | 2), id => Wire.Error(id, Feature, 5));
        using var device = server.Open();
        var result = device.SetState(DeviceState.StopCopy);
        Assert.Equal((ArcOutcome.Failed, null, Errno.EIO), (result.Outcome, result.State, result.Errno));
        server.Verify();
    }

    [Fact]
    public void A_device_in_error_is_refused_every_arc_and_its_state_is_named()
    {
        using var server = new ScriptedServer().PlainOpening(1).StateIs(0);
        using var device = server.Open();
        var result = device.SetState(DeviceState.Running);
        Assert.Equal((ArcOutcome.Failed, DeviceState.Error), (result.Outcome, result.State));
        server.Verify();
    }

    [Fact]
    public void No_answer_to_an_arc_leaves_the_outcome_unknown_and_the_connection_unused()
    {
        using var server = new ScriptedServer().PlainOpening(1).StateIs(2)
            .ExpectNext(id => FeatureRequest(id, 16, Set | 2, U32(1), U32(uint.MaxValue)))
            .Do(client => Assert.Equal(0, client.Receive(new byte[1])));
        using var device = server.Open(Impatient);
        var result = device.SetState(DeviceState.Stop);
        Assert.Equal((ArcOutcome.Unknown, null), (result.Outcome, result.State));
        Assert.True(result.Took > TimeSpan.Zero);

        // A late answer would be taken for the next one's: nothing more goes over this connection.
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
        Assert.Equal(ArcOutcome.Unknown, device.SetState(DeviceState.Running).Outcome);
        server.Verify();
    }

    [Fact]
    public void A_server_that_closes_in_the_middle_of_an_arc_leaves_the_outcome_unknown()
    {
        using var server = new ScriptedServer().PlainOpening(1).StateIs(2)
            .ExpectNext(id => FeatureRequest(id, 16, Set | 2, U32(1), U32(uint.MaxValue))).Close();
        using var device = server.Open();
        var result = device.SetState(DeviceState.Stop);
        Assert.Equal((ArcOutcome.Unknown, null), (result.Outcome, result.State));
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
        server.Verify();
    }

    [Fact]
    public void A_device_keeps_its_state_over_connections_and_is_asked_again()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(2).SetState(6)
            .Accept().PlainOpening().StateIs(6).SetState(2);
        using (var first = server.Open())
        {
            Assert.True(first.SetState(DeviceState.PreCopy).Reached);
        }

        using var second = server.Open();
        Assert.True(second.SetState(DeviceState.Running).Reached);
        server.Verify();
    }

    [Fact]
    public void After_a_reset_the_state_is_asked_again_whether_the_reset_worked_or_not()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(6)
            .Exchange(id => Command(id, Wire.Reset), id => Reply(id, Wire.Reset)).StateIs(6).SetState(3)
            .Exchange(id => Command(id, Wire.Reset), id => Wire.Error(id, Wire.Reset, 22)).StateIs(3).SetState(1);
        using var device = server.Open();
        Assert.Equal(DeviceState.PreCopy, device.GetState());
        device.Reset();
        Assert.True(device.SetState(DeviceState.StopCopy).Reached);
        var e = Assert.Throws<DeviceException>(device.Reset);
        Assert.Equal((DeviceFault.Failed, Errno.EINVAL), (e.Fault, e.Errno));
        Assert.True(device.SetState(DeviceState.Stop).Reached);
        server.Verify();
    }

    [Fact]
    public void A_state_that_does_not_exist_is_a_breach_of_the_protocol()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(8);
        using var device = server.Open();
        Assert.Equal(DeviceFault.Protocol, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
    }

    [Fact]
    public void A_device_without_the_questions_says_so_without_being_asked()
    {
        using var server = new ScriptedServer().PlainOpening(7);
        using var device = server.Open();
        Action[] questions =
        [
            () => device.GetDataSizeBytes(), () => device.GetPreCopyInfo(),
            () => device.GetWorstArcLatency(new Arc(DeviceState.Running, DeviceState.Stop)),
        ];
        Assert.All(questions, q => Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(q).Fault));
        server.Verify();
    }

    [Theory]
    [InlineData(0x1000_0000_0000_0000UL, true)]
    [InlineData(0x1000_0000_0000_0001UL, false)]
    [InlineData(0x7fff_ffff_ffff_ffffUL, false)]
    [InlineData(0xffff_ffff_ffff_ffffUL, false)]
    public void A_data_size_beyond_all_measure_is_refused_and_the_device_goes_on(ulong bytes, bool believed)
    {
        using var server = new ScriptedServer().Handshake().Migration(1).ProbeOf(Get | 9, null).DeviceInfo()
            .Exchange(id => FeatureRequest(id, 16, Get | 9), id => FeatureReply(id, Get | 9, U64(bytes))).StateIs(2);
        using var device = server.Open();
        if (believed)
        {
            Assert.Equal((long)bytes, device.GetDataSizeBytes());
        }
        else
        {
            Assert.Equal(DeviceFault.Unbelievable, Assert.Throws<DeviceException>(() => device.GetDataSizeBytes()).Fault);
        }

        Assert.Equal(DeviceState.Running, device.GetState());
        server.Verify();
    }
}
