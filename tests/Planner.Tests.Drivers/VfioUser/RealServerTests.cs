using System.Diagnostics;
using System.Net.Sockets;
using CsCheck;
using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.VfioUser;

/// <summary>The client against the project's own server, which was written by another hand from the same specification.</summary>
public sealed class RealServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("real-").FullName;

    public static TheoryData<string> Behaviours => ["Tolerant", "LibvfioUser", "OldLibvfioUser", "KernelLike"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void A_state_goes_from_device_to_device_whatever_the_server_is_like(string behaviour)
    {
        using var sourceServer = Start("fast-nic", "a", Named(behaviour), seed: 1);
        using var destinationServer = Start("fast-nic", "b", Named(behaviour), seed: 2);
        sourceServer.Device.GuestValue = 0xfeed_beef;
        using var source = Open(sourceServer);
        using var destination = Open(destinationServer);

        Walk(destination, DeviceState.Stop, DeviceState.Resuming);
        Walk(source, DeviceState.PreCopy);
        var buffer = new byte[1 << 20];
        Move(source, destination, buffer);
        Walk(source, DeviceState.StopCopy);
        Assert.True(Move(source, destination, buffer) > 0);
        Walk(destination, DeviceState.Stop, DeviceState.Running);
        Walk(source, DeviceState.Stop);
        Assert.Equal(0xfeed_beefUL, destinationServer.Device.GuestValue);
        Assert.Equal(DeviceState.Running, destination.GetState());
    }

    [Fact]
    public void What_a_profile_promises_is_what_the_client_finds()
    {
        using var server = Start("deadline-gpu", "a", ServerBehaviour.Tolerant);
        using var device = Open(server);
        var expected = server.Device.Offer;
        Assert.Equal(
            expected with { StatedWorstCases = device.Offer.StatedWorstCases },
            device.Offer);
        Assert.Equal((Answer.Yes, Answer.Yes), (device.Offer.OffersDeadline, device.Offer.OffersArcLatency));
        Assert.Equal(
            server.Device.GetWorstArcLatency(device.Offer.CommitArc),
            device.GetWorstArcLatency(device.Offer.CommitArc));
    }

    [Fact]
    public void A_deadline_that_is_over_is_refused_by_the_device_and_a_far_one_kept()
    {
        using var server = Start("deadline-gpu", "a", ServerBehaviour.Tolerant);
        using var device = Open(server);
        var refused = device.SetStateBy(DeviceState.RunningP2P, 1);
        Assert.Equal((ArcOutcome.Refused, DeviceState.Running), (refused.Outcome, refused.State));
        var far = Stopwatch.GetTimestamp() + (3600L * 1_000_000_000);
        var kept = device.SetStateBy(DeviceState.RunningP2P, far);
        Assert.Equal((ArcOutcome.Completed, DeviceState.RunningP2P), (kept.Outcome, kept.State));
    }

    [Fact]
    public void A_device_with_only_the_old_migration_region_is_refused_by_name()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.Tolerant with { Migration = MigrationSupport.V1RegionOnly });
        var e = Assert.Throws<DeviceException>(() => Open(server));
        Assert.Equal(DeviceFault.NoMigration, e.Fault);
        Assert.Contains("v1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_loses_step_over_an_unknown_command_is_left_at_once()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.RustVmm);
        Assert.Equal(DeviceFault.NoMigration, Assert.Throws<DeviceException>(() => Open(server)).Fault);
    }

    [Fact]
    public void Commands_of_the_server_in_between_change_nothing()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.Tolerant with { SendsDmaCommands = true });
        using var device = Open(server);
        Walk(device, DeviceState.PreCopy);
        Assert.True(device.Read(new byte[4096]) > 0);
        Walk(device, DeviceState.Running);
    }

    [Theory]
    [InlineData(DeviceState.Running, Answer.Yes)]
    [InlineData(DeviceState.Stop, Answer.CouldNotAsk)]
    [InlineData(DeviceState.StopCopy, Answer.CouldNotAsk)]
    [InlineData(DeviceState.Resuming, Answer.Yes)]
    public void Whether_libvfio_user_has_a_reset_can_not_be_asked_in_every_state(DeviceState found, Answer expected)
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.LibvfioUser);
        Assert.True(server.Device.SetState(found).Reached);
        using var device = Open(server);
        Assert.Equal(expected, device.Offer.OffersReset);
    }

    [Fact]
    public void A_message_of_a_write_leaves_in_one_piece_however_small_the_buffer_was()
    {
        var path = Path.Combine(Path.GetTempPath(), $"vu{Guid.NewGuid():N}"[..20]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var connected = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendBufferSize = 4096 };
        connected.Connect(new UnixDomainSocketEndPoint(path));
        using var channel = UnixSocketChannel.Of(connected);

        const int Message = 16 + 8 + (32 * 1024);
        Assert.Equal(Message, channel.Send(new byte[Message]));
    }

    [Fact]
    public void A_second_client_waits_and_is_given_up()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.Tolerant);
        using var first = Open(server);
        var e = Assert.Throws<DeviceException>(() => Open(server, new VfioUserOptions { AskTimeLimit = TimeSpan.FromMilliseconds(100) }));
        Assert.Equal(DeviceFault.TimedOut, e.Fault);
        Assert.Equal(DeviceState.Running, first.GetState());
    }

    [Fact]
    public void A_lost_quiesce_is_given_up_and_a_new_connection_tells_the_state()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.Tolerant with { QuiesceDelay = TimeSpan.FromMilliseconds(1), LosesQuiesce = true });
        using (var device = Open(server, new VfioUserOptions { WorkTimeLimit = TimeSpan.FromMilliseconds(200) }))
        {
            Assert.Equal(ArcOutcome.Unknown, device.SetState(DeviceState.Stop).Outcome);
        }

        using var again = Open(server);
        Assert.Equal(DeviceState.Running, again.GetState());
    }

    [Fact]
    public void Every_target_from_every_state_ends_where_the_state_machine_says()
    {
        using var server = Start("fast-nic", "a", ServerBehaviour.Tolerant);
        using var device = Open(server);
        Gen.Int[0, 9].Array[1, 12].Sample(
            targets =>
            {
                foreach (var target in targets.Select(t => (DeviceState)t))
                {
                    var before = device.GetState();
                    var known = MigrationStateMachine.TryGetPath(before, target, device.Offer.Capabilities, out _);
                    var result = device.SetState(target);
                    var incompleteImage = before == DeviceState.Resuming && target != DeviceState.Resuming;
                    Assert.Equal(device.GetState(), result.State);
                    Assert.Equal(known && !incompleteImage, result.Reached);
                    if (incompleteImage)
                    {
                        device.Reset();
                    }
                }
            },
            iter: 20,
            threads: 1);
    }

    private static ServerBehaviour Named(string name) => name switch
    {
        "LibvfioUser" => ServerBehaviour.LibvfioUser,
        "OldLibvfioUser" => ServerBehaviour.OldLibvfioUser,
        "KernelLike" => ServerBehaviour.KernelLike,
        _ => ServerBehaviour.Tolerant,
    };

    private static void Walk(VfioUserDevice device, params DeviceState[] states)
    {
        foreach (var state in states)
        {
            var result = device.SetState(state);
            Assert.True(result.Reached, $"{device.Address} to {state.Name()}: {result}");
        }
    }

    private static long Move(VfioUserDevice source, VfioUserDevice destination, byte[] buffer)
    {
        long moved = 0;
        int count;
        while ((count = source.Read(buffer)) > 0)
        {
            destination.Write(buffer.AsSpan(0, count));
            moved += count;
        }

        return moved;
    }

    private static VfioUserDevice Open(VfioUserServer server, VfioUserOptions? options = null) => VfioUserDevice.Open(server.SocketPath, options);

    private VfioUserServer Start(string profile, string name, ServerBehaviour behaviour, ulong seed = 1) => VfioUserServer.Start(
        BuiltInProfiles.Get(profile), Path.Combine(_folder, name), behaviour, new SimulatedDeviceOptions { Seed = seed });
}
