using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerStreamTests
{
    private static readonly PreCopyProfile HalfInPreCopy = new(50_000, 0, 0, 0);

    [Fact]
    public void A_device_migrates_from_one_server_to_another_and_the_guest_sees_the_same_register()
    {
        using var source = new TestServer(profile: TestServer.Quick() with { PreCopy = HalfInPreCopy }, options: new SimulatedDeviceOptions { Seed = 1 });
        using var target = new TestServer(profile: TestServer.Quick(), options: new SimulatedDeviceOptions { Seed = 2 });
        using var from = source.Negotiate();
        using var to = target.Negotiate();
        Assert.Equal(Errno.None, from.Ask(10, [.. U64(0), .. U32(0, 8), .. Hex("0102030405060708")]).Error);

        from.Go(PreCopy);
        byte[] image = [.. from.ReadAll()];
        from.Go(PreCopyP2P, StopCopy);
        image = [.. image, .. from.ReadAll()];
        to.Go(Stop, Resuming);
        foreach (var chunk in image.Chunk(32 * 1024))
        {
            Assert.Equal(Errno.None, to.Write(chunk));
        }

        to.Go(Stop, RunningP2P, Running);
        Assert.Equal(100_000, image.Length);
        Assert.Equal(Hex("0102030405060708"), to.Ask(9, [.. U64(0), .. U32(0, 8)]).Payload[16..]);
    }

    [Fact]
    public void Replies_have_the_size_of_their_data_unless_the_server_pads()
    {
        foreach (var pads in new[] { false, true })
        {
            using var server = new TestServer(ServerBehaviour.Tolerant with { PadsReadReplies = pads }, TestServer.Quick(stateBytes: 5000));
            using var client = server.Negotiate();
            client.Go(StopCopy);

            var (_, payload) = client.Ask(17, U32(8 + 65_536, 65_536));

            Assert.Equal(U32(8 + 5000, 5000), payload[..8]);
            Assert.Equal(8 + (pads ? 65_536 : 5000), payload.Length);
        }
    }

    [Fact]
    public void Reads_may_be_short_long_before_the_end_which_is_size_0_alone()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { MostBytesPerRead = 700 }, TestServer.Quick(stateBytes: 5000));
        using var client = server.Negotiate();
        client.Go(StopCopy);

        Assert.Equal(700, client.Read(4096).Data.Length);
        Assert.Equal(4300, client.ReadAll().Length);
        Assert.Empty(client.Read(4096).Data);
    }

    [Theory]
    [InlineData(false, Errno.None)]
    [InlineData(true, Errno.ENOMSG)]
    public void The_temporary_end_is_size_0_or_ENOMSG_and_the_permanent_one_is_size_0(bool isAnError, Errno atTheEnd)
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { TemporaryEndIsAnError = isAnError }, TestServer.Quick() with { PreCopy = HalfInPreCopy });
        using var client = server.Negotiate();
        client.Go(PreCopy);

        Assert.Equal(50_000, client.Read(60_000).Data.Length);
        Assert.Equal((atTheEnd, 0), (client.Read(60_000).Error, client.Read(60_000).Data.Length));

        client.Go(StopCopy);
        Assert.Equal(50_000, client.Read(60_000).Data.Length);
        var (error, data) = client.Read(60_000);
        Assert.Equal((Errno.None, 0), (error, data.Length));
    }

    [Fact]
    public void The_stream_goes_on_at_STOP_COPY_or_starts_again()
    {
        foreach (var restarts in new[] { false, true })
        {
            using var server = new TestServer(ServerBehaviour.Tolerant with { RestartsStreamAtStopCopy = restarts }, TestServer.Quick() with { PreCopy = HalfInPreCopy });
            using var client = server.Negotiate();
            client.Go(PreCopy);
            Assert.Equal(50_000, client.ReadAll().Length);
            client.Go(StopCopy);

            Assert.Equal(restarts ? 100_000 : 50_000, client.ReadAll().Length);
        }
    }

    [Fact]
    public void A_read_of_size_0_is_legal_and_takes_nothing()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Go(StopCopy);

        Assert.Equal((Errno.None, 0), (client.Read(0).Error, client.Read(0).Data.Length));
        Assert.Equal(100_000, client.ReadAll().Length);
    }

    [Fact]
    public void A_read_or_write_above_what_the_client_said_it_takes_is_EINVAL()
    {
        using var server = new TestServer();
        using var client = server.Connect();
        client.Ask(1, Version(0, 2, """{"capabilities":{"max_data_xfer_size":4096}}""" + "\0"));
        client.Go(StopCopy);
        Assert.Equal((Errno.None, Errno.EINVAL), (client.Read(4096).Error, client.Read(4097).Error));

        client.Go(Stop, Resuming);
        Assert.Equal((Errno.None, Errno.EINVAL), (client.Write(new byte[4096]), client.Write(new byte[4097])));
    }

    [Theory]
    [InlineData(1u << 20, Errno.None)]
    [InlineData((1u << 20) + 1, Errno.EINVAL)]
    [InlineData(uint.MaxValue, Errno.EINVAL)]
    public void No_read_is_above_a_mebibyte(uint size, Errno error)
    {
        using var server = new TestServer();
        using var client = server.Connect();
        client.Ask(1, Version(0, 2, """{"capabilities":{"max_data_xfer_size":1000000000}}""" + "\0"));
        client.Go(StopCopy);

        Assert.Equal(error, client.Ask(17, U32(uint.MaxValue, size)).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0C000000")]
    [InlineData("0B000000 04000000")] // argsz below 8 + size
    [InlineData("FFFFFFFF FFFFFFFF")]
    public void A_malformed_read_is_EINVAL(string payload)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Go(StopCopy);

        Assert.Equal(Errno.EINVAL, client.Ask(17, Hex(payload)).Error);
        Assert.Equal(100_000, client.ReadAll().Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0C000000 04000000 AABB")] // a short body
    [InlineData("0B000000 04000000 AABBCCDD")] // argsz below 8 + size
    [InlineData("07000000 FFFFFFFF AABBCCDD")]
    public void A_malformed_write_is_EINVAL_and_takes_nothing(string payload)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Go(StopCopy);
        var image = client.ReadAll();
        client.Go(Stop, Resuming);

        Assert.Equal(Errno.EINVAL, client.Ask(18, Hex(payload)).Error);

        foreach (var chunk in image.Chunk(30_000))
        {
            client.Write(chunk);
        }

        client.Go(Running);
    }

    [Fact]
    public void RESUMING_is_not_left_with_half_an_image()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Go(StopCopy);
        var image = client.ReadAll();
        client.Go(Stop, Resuming);
        client.Write(image.AsSpan(0, 50_000));

        Assert.Equal(Errno.EINVAL, client.SetState(Stop));
        Assert.Equal(Resuming, client.GetState());
    }
}
