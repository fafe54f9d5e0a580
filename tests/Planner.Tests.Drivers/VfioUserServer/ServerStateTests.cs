using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerStateTests
{
    private static readonly DeviceState[] StatesWithoutP2P = [Stop, Running, StopCopy, Resuming, PreCopy];

    [Fact]
    public void Without_P2P_every_pair_of_states_is_reached_except_PRE_COPY_from_STOP_COPY()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();
        var image = ImageFrom(client);
        foreach (var from in StatesWithoutP2P)
        {
            foreach (var to in StatesWithoutP2P)
            {
                Bring(server, client, from, image);

                var error = client.SetState(to);

                Assert.Equal((from, to) is (StopCopy, PreCopy) ? Errno.EINVAL : Errno.None, error);
                Assert.Equal(error == Errno.None ? to : from, client.GetState());
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(99)]
    [InlineData(-1)]
    public void A_target_that_libvfio_user_does_not_have_is_EINVAL_in_every_state(int target)
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();
        var image = ImageFrom(client);
        foreach (var from in StatesWithoutP2P)
        {
            Bring(server, client, from, image);
            Assert.Equal(Errno.EINVAL, client.SetState((DeviceState)target));
            Assert.Equal(from, client.GetState());
        }
    }

    [Fact]
    public void P2P_states_work_where_the_device_has_them()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        Assert.Equal(Hex("10000000 01000100 0700000000000000"), client.Feature(16, 0x10001).Payload);

        client.Go(RunningP2P, PreCopyP2P, PreCopy, PreCopyP2P, StopCopy, Stop, RunningP2P, Running);
        Assert.Equal(Running, client.GetState());
    }

    [Theory]
    [InlineData(Errno.EIO)]
    [InlineData(Errno.EBUSY)]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ENOMSG)]
    [InlineData(Errno.ENOTCONN)]
    public void A_failure_in_the_middle_of_a_path_comes_back_as_it_is_and_leaves_the_last_state_reached(Errno errno)
    {
        var profile = TestServer.Quick() with
        {
            Faults =
            [
                new ArcFault(new Arc(Stop, StopCopy), errno, 1, Stop),
                new ArcFault(new Arc(PreCopy, StopCopy), errno, 1, PreCopy),
            ],
        };
        using var server = new TestServer(ServerBehaviour.LibvfioUser, profile with { Faults = [] });
        using var faulty = new TestServer(
            ServerBehaviour.LibvfioUser,
            profile.WithCapabilities(MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy) with { Faults = profile.Faults });
        using var client = faulty.Negotiate();

        Assert.Equal(errno, client.SetState(StopCopy));
        Assert.Equal(Stop, client.GetState());

        client.Go(Running, PreCopy);
        Assert.Equal(errno, client.SetState(StopCopy));
        Assert.Equal(PreCopy, client.GetState());
    }

    [Fact]
    public void A_longer_SET_is_accepted_executed_and_echoed_and_proves_nothing()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        // A deadline of 1 ns, long past, behind the eight bytes of feature 2.
        var (error, payload) = client.Feature(24, 0x20002, [.. U32(6, 0xFFFFFFFF), .. U64(1)]);

        Assert.Equal(Errno.None, error);
        Assert.Equal(Hex("18000000 02000200 06000000 FFFFFFFF 0100000000000000"), payload);
        Assert.Equal(PreCopy, client.GetState());
    }

    [Theory]
    [InlineData(8, 0x10001u, "")] // GET with room for the head alone
    [InlineData(15, 0x10002u, "")]
    [InlineData(0, 0x40001u, "")] // PROBE with argsz below 8
    [InlineData(4, 0x40001u, "")]
    [InlineData(16, 0x30002u, "02000000FFFFFFFF")] // GET and SET
    [InlineData(16, 0x00002u, "02000000FFFFFFFF")] // neither
    [InlineData(16, 0x90002u, "")] // an unknown bit
    [InlineData(16, 0x20001u, "0700000000000000")] // SET of what is only read
    [InlineData(8, 0x60001u, "")] // PROBE|SET of what is only read
    [InlineData(12, 0x20002u, "02000000")] // SET with half the data
    [InlineData(8, 0x20002u, "02000000FFFFFFFF")] // SET without room for the echo
    public void A_malformed_feature_request_is_EINVAL(uint argsz, uint flags, string data)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(Errno.EINVAL, client.Feature(argsz, flags, Hex(data)).Error);
        Assert.Equal(Running, client.GetState());
    }

    [Fact]
    public void A_feature_request_without_a_head_is_EINVAL()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(Errno.EINVAL, client.Ask(16, []).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(16, U32(8)).Error);
    }

    [Theory]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ENOTTY)]
    public void An_unknown_feature_is_answered_as_the_server_answers_it(Errno errno)
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { UnknownFeatureErrno = errno });
        using var client = server.Negotiate();

        foreach (var index in new uint[] { 0, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 0x1234, 0xfd01, 0xfd02, 0xfd03, 0xffff })
        {
            Assert.Equal(errno, client.Feature(8, 0x40000 | index).Error);
            Assert.Equal(errno, client.Feature(64, 0x10000 | index).Error);
            Assert.Equal(errno, client.Feature(64, 0x20000 | index).Error);
        }
    }

    [Theory]
    [InlineData(ResetBehaviour.Specification)]
    [InlineData(ResetBehaviour.SetsRunning)]
    [InlineData(ResetBehaviour.KeepsState)]
    public void RESET_does_what_this_server_does(ResetBehaviour reset)
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { Reset = reset });
        using var client = server.Negotiate();
        foreach (var state in new[] { PreCopy, Resuming, Stop, StopCopy })
        {
            Bring(server, client, state, null);
            var refuses = reset != ResetBehaviour.Specification && state is Stop or StopCopy;

            Assert.Equal(refuses ? Errno.EINVAL : Errno.None, client.Ask(13, []).Error);

            Assert.Equal(refuses || reset == ResetBehaviour.KeepsState ? state : Running, client.GetState());
        }
    }

    [Fact]
    public void A_RESET_that_keeps_RESUMING_empties_the_device_which_then_leaves_for_STOP()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();
        client.Go(Resuming);
        Assert.Equal(Errno.None, client.Write(new byte[1000]));
        Assert.NotEqual(Errno.None, client.SetState(Stop));
        server.Server.Device.GuestValue = 7;

        Assert.Equal(Errno.None, client.Ask(13, []).Error);

        Assert.Equal(Resuming, client.GetState());
        client.Go(Stop);
        Assert.NotEqual(7UL, server.Server.Device.GuestValue);

        // The next image is taken from there, and judged as before.
        client.Go(Resuming);
        Assert.NotEqual(Errno.None, client.SetState(Stop));
    }

    [Fact]
    public void RESET_by_the_specification_leads_out_of_ERROR()
    {
        using var server = new TestServer(profile: TestServer.Quick() with { Faults = [new ArcFault(new Arc(Running, PreCopy), Errno.EIO, 1, Error)] });
        using var client = server.Negotiate();
        Assert.Equal(Errno.EIO, client.SetState(PreCopy));
        Assert.Equal(Error, client.GetState());
        Assert.Equal(Errno.EINVAL, client.SetState(Running));

        Assert.Equal(Errno.None, client.Ask(13, []).Error);
        Assert.Equal(Running, client.GetState());
    }

    // Commands by state as libvfio-user was measured: GET_INFO, MIG_DATA_READ, MIG_DATA_WRITE, DEVICE_FEATURE, DMA_MAP, RESET, REGION_READ.
    [Theory]
    [InlineData(Running, "ok EINVAL EINVAL ok ok ok ok")]
    [InlineData(PreCopy, "ok ok EINVAL ok ok ok ok")]
    [InlineData(StopCopy, "EINVAL ok EINVAL ok EINVAL EINVAL EINVAL")]
    [InlineData(Stop, "EINVAL EINVAL EINVAL ok EINVAL EINVAL ok")]
    [InlineData(Resuming, "ok EINVAL ok ok ok ok ok")]
    public void Libvfio_user_allows_few_commands_in_a_stopped_device(DeviceState state, string answers)
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();
        Bring(server, client, state, null);

        Assert.Equal(answers, AnswersOfEachCommand(client));
    }

    [Theory]
    [InlineData(StopCopy, "ok ok EINVAL ok ok ok ok")]
    [InlineData(Stop, "ok EINVAL EINVAL ok ok ok ok")]
    public void A_server_without_the_filter_allows_them(DeviceState state, string answers)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        Bring(server, client, state, null);

        Assert.Equal(answers, AnswersOfEachCommand(client));
    }

    private static string AnswersOfEachCommand(RawClient client)
    {
        Errno[] beforeReset =
        [
            client.Ask(4, U32(16, 0, 0, 0)).Error,
            client.Read(100).Error,
            client.Write(new byte[8]),
            client.Feature(16, 0x10002).Error,
            client.Ask(2, [.. U32(32, 3), .. U64(0, 0x10000, 0x1000)]).Error,
        ];
        var regionRead = client.Ask(9, [.. U64(0), .. U32(0, 8)]).Error;

        // Last, because it may change the state.
        var reset = client.Ask(13, []).Error;
        return string.Join(' ', beforeReset.Append(reset).Append(regionRead).Select(Word));
    }

    private static string Word(Errno errno) => errno == Errno.None ? "ok" : errno.ToString();

    private static byte[] ImageFrom(RawClient client)
    {
        client.Go(StopCopy);
        var image = client.ReadAll();
        client.Go(Stop, Running);
        return image;
    }

    // RESUMING is left only with a whole image, so one is written if there is one.
    private static void Bring(TestServer server, RawClient client, DeviceState state, byte[]? image)
    {
        server.Server.Device.Reset();
        client.Go(state);
        if (state == Resuming && image is not null)
        {
            foreach (var chunk in image.Chunk(32_000))
            {
                Assert.Equal(Errno.None, client.Write(chunk));
            }
        }
    }
}
