using Planner.Devices;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

/// <summary>SET_STATE_DEADLINE of shape A, where an error reply is a header only.</summary>
public sealed class DeadlineTests
{
    private const long FarAway = long.MaxValue;
    private const long LongGone = 1;

    private static ScriptedServer CapableServer() =>
        new ScriptedServer().Handshake("""{"capabilities":{"x-deadline-v1":true}}""").Migration(7)
            .ProbeOf(Set | 0xfd01, null).ProbeOf(Get | 9, 22).ProbeOf(Get | 0xfd02, 22).DeviceInfo().StateIs(6);

    private static byte[] Request(int id, uint target, ulong deadline) =>
        FeatureRequest(id, 48, Set | 0xfd01, U32(target), U32(uint.MaxValue), U64(deadline), U64(0), U64(0), U32(0), U32(0));

    private static byte[] Success(int id, uint target, uint finalState) => FeatureReply(
        id, Set | 0xfd01, U32(target), U32(uint.MaxValue), U64(7), U64(20_000_000), U64(22_500_000), U32(finalState), U32(0));

    [Theory]
    [InlineData(FarAway, ArcOutcome.Completed)]
    [InlineData(LongGone, ArcOutcome.CompletedLate)]
    public void A_success_is_late_or_in_time_by_this_hosts_clock(long deadline, ArcOutcome expected)
    {
        using var server = CapableServer().Exchange(id => Request(id, 3, (ulong)deadline), id => Success(id, 3, 3)).SetState(1);
        using var device = server.Open();
        var result = device.SetStateBy(DeviceState.StopCopy, deadline);
        Assert.Equal((expected, DeviceState.StopCopy), (result.Outcome, result.State));
        Assert.True(device.SetState(DeviceState.Stop).Reached);
        server.Verify();
    }

    [Fact]
    public void A_refusal_changes_nothing_and_needs_no_question()
    {
        using var server = CapableServer().Exchange(id => Request(id, 3, FarAway), id => Wire.Error(id, Feature, 62)).SetState(2);
        using var device = server.Open();
        var result = device.SetStateBy(DeviceState.StopCopy, FarAway);
        Assert.Equal((ArcOutcome.Refused, DeviceState.PreCopy, Errno.ETIME), (result.Outcome, result.State, result.Errno));
        Assert.True(device.SetState(DeviceState.Running).Reached);
        server.Verify();
    }

    [Fact]
    public void An_abort_in_flight_names_the_state_that_the_device_says_it_is_in()
    {
        using var server = CapableServer().Exchange(id => Request(id, 3, FarAway), id => Wire.Error(id, Feature, 110)).StateIs(7).SetState(6);
        using var device = server.Open();
        var result = device.SetStateBy(DeviceState.StopCopy, FarAway);
        Assert.Equal((ArcOutcome.AbortedInFlight, DeviceState.PreCopyP2P, Errno.ETIMEDOUT), (result.Outcome, result.State, result.Errno));
        Assert.True(device.SetState(DeviceState.PreCopy).Reached);
        server.Verify();
    }

    [Fact]
    public void Another_error_is_a_failure_with_the_state_asked()
    {
        using var server = CapableServer().Exchange(id => Request(id, 3, FarAway), id => Wire.Error(id, Feature, 5)).StateIs(7);
        using var device = server.Open();
        var result = device.SetStateBy(DeviceState.StopCopy, FarAway);
        Assert.Equal((ArcOutcome.Failed, DeviceState.PreCopyP2P, Errno.EIO), (result.Outcome, result.State, result.Errno));
        server.Verify();
    }

    [Theory]
    [InlineData(3u, ArcOutcome.Completed)]
    [InlineData(6u, ArcOutcome.Failed)]
    public void A_success_that_does_not_name_the_target_as_final_is_not_taken_at_its_word(uint reallyIn, ArcOutcome expected)
    {
        // As from a server that accepts, ignores and echoes: final_state is still the 0 of the request.
        using var server = CapableServer().Exchange(id => Request(id, 3, FarAway), id => Success(id, 3, 0)).StateIs(reallyIn);
        using var device = server.Open();
        var result = device.SetStateBy(DeviceState.StopCopy, FarAway);
        Assert.Equal((expected, (DeviceState)reallyIn), (result.Outcome, result.State));
        server.Verify();
    }

    [Fact]
    public void A_success_too_short_to_carry_the_outcome_leaves_it_unknown()
    {
        using var server = CapableServer().Exchange(id => Request(id, 3, FarAway), id => FeatureReply(id, Set | 0xfd01, U32(3), U32(uint.MaxValue)));
        using var device = server.Open();
        Assert.Equal(ArcOutcome.Unknown, device.SetStateBy(DeviceState.StopCopy, FarAway).Outcome);
        server.Verify();
    }

    [Fact]
    public void No_answer_leaves_the_outcome_unknown()
    {
        using var server = CapableServer().ExpectNext(id => Request(id, 3, FarAway)).StaySilent();
        using var device = server.Open(new VfioUserOptions { WorkTimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal((ArcOutcome.Unknown, null), (device.SetStateBy(DeviceState.StopCopy, FarAway) is var r ? r.Outcome : default, r.State));
        server.Verify();
    }

    [Fact]
    public void Refused_arcs_are_not_sent_with_a_deadline_either()
    {
        using var server = CapableServer();
        using var device = server.Open();
        Assert.Equal(Errno.EINVAL, device.SetStateBy(DeviceState.Error, FarAway).Errno);
        server.Verify();
    }

    [Fact]
    public void A_device_without_deadlines_fails_the_call_without_being_asked()
    {
        using var server = new ScriptedServer().PlainOpening();
        using var device = server.Open();
        Assert.Equal((ArcOutcome.Failed, Errno.ENOTTY), (device.SetStateBy(DeviceState.Stop, FarAway) is var r ? r.Outcome : default, r.Errno));
        server.Verify();
    }

    [Fact]
    public void A_deadline_of_zero_is_a_mistake_of_the_caller()
    {
        using var server = CapableServer();
        using var device = server.Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => device.SetStateBy(DeviceState.StopCopy, 0));
    }
}
