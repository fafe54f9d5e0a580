using CsCheck;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Measurements;

public sealed class DeviceStateTests
{
    private static readonly Gen<DeviceState> AnyState = Gen.OneOf(Enum.GetValues<DeviceState>());

    [Theory]
    [InlineData(0, "ERROR")]
    [InlineData(1, "STOP")]
    [InlineData(2, "RUNNING")]
    [InlineData(3, "STOP_COPY")]
    [InlineData(4, "RESUMING")]
    [InlineData(5, "RUNNING_P2P")]
    [InlineData(6, "PRE_COPY")]
    [InlineData(7, "PRE_COPY_P2P")]
    public void States_have_the_numbers_and_names_of_the_uapi(int number, string name)
    {
        Assert.Equal(name, ((DeviceState)number).Name());
        Assert.True(DeviceStates.TryParse(name, out var state));
        Assert.Equal(number, (int)state);
    }

    [Theory]
    [InlineData("")]
    [InlineData("running")]
    [InlineData("RUNNING ")]
    [InlineData("PRECOPY")]
    [InlineData("8")]
    public void Other_words_name_no_state(string text) => Assert.False(DeviceStates.TryParse(text, out _));

    [Fact]
    public void An_undefined_number_is_named_as_such()
    {
        Assert.Equal("state 8", ((DeviceState)8).Name());
        Assert.Equal("state -1", ((DeviceState)(-1)).Name());
        Assert.False(((DeviceState)(-1)).IsDefined());
    }

    [Fact]
    public void A_device_runs_in_four_states_and_saves_in_three()
    {
        Assert.Equal(
            [DeviceState.Running, DeviceState.RunningP2P, DeviceState.PreCopy, DeviceState.PreCopyP2P],
            Enum.GetValues<DeviceState>().Where(s => s.IsRunning()));
        Assert.Equal(
            [DeviceState.StopCopy, DeviceState.PreCopy, DeviceState.PreCopyP2P],
            Enum.GetValues<DeviceState>().Where(s => s.IsSaving()));
    }

    [Fact]
    public void An_arc_is_read_as_it_is_written() => Gen.Select(AnyState, AnyState).Sample((from, to) =>
    {
        var arc = new Arc(from, to);
        Assert.True(Arc.TryParse(arc.ToString(), out var read));
        Assert.Equal(arc, read);
        Assert.True(Arc.TryParse($"  {from.Name()} -> {to.Name()} ", out var spaced));
        Assert.Equal(arc, spaced);
    });

    [Theory]
    [InlineData("")]
    [InlineData("->")]
    [InlineData("->STOP")]
    [InlineData("STOP->")]
    [InlineData("STOP")]
    [InlineData("STOP>RUNNING")]
    [InlineData("STOP->running")]
    [InlineData("STOP->RUNNING->STOP")]
    public void What_is_no_arc_is_refused(string text) => Assert.False(Arc.TryParse(text, out _));

    [Fact]
    public void Capabilities_are_read_by_their_names_and_undefined_flags_are_ignored()
    {
        Assert.Equal(["STOP_COPY", "P2P", "PRE_COPY"], MigrationCapabilitySets.FromFlags(0xffff_ffff_ffff_fff7).Names());
        Assert.Equal([1, 3, 5, 7], MigrationCapabilitySets.All.Select(s => (int)s));
        Assert.False(MigrationCapabilitySets.FromFlags(6).CanMigrate());
        Assert.True(MigrationCapabilitySets.TryParse("P2P", out var p2p));
        Assert.Equal(MigrationCapabilities.P2P, p2p);
        Assert.False(MigrationCapabilitySets.TryParse("p2p", out _));
    }

    [Theory]
    [InlineData(1, "RUNNING->STOP")]
    [InlineData(3, "RUNNING->RUNNING_P2P")]
    [InlineData(5, "PRE_COPY->STOP_COPY")]
    [InlineData(7, "PRE_COPY->PRE_COPY_P2P")]
    public void An_unknown_driver_commits_with_the_first_arc_that_leaves_running(int set, string arc) =>
        Assert.Equal(arc, DeviceOffer.CommitArcOfUnknownDriver((MigrationCapabilities)set).ToString());
}
