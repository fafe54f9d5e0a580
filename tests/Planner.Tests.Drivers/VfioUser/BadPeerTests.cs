using Planner.Devices;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

/// <summary>Peers that break the protocol after a good start, and the server's own commands in between.</summary>
public sealed class BadPeerTests
{
    // The first message after a plain opening has id 6.
    private const int Id = 6;

    public static TheoryData<string, byte[]> BadAnswersToAQuestionForTheState => new()
    {
        { "wrong id", FeatureReply(Id + 1, Get | 2, U32(2), U32(0)) },
        { "wrong command", Reply(Id, DataRead, U32(16), U32(Get | 2), U32(2), U32(0)) },
        { "another feature", FeatureReply(Id, Get | 1, U32(2), U32(0)) },
        { "head only", FeatureReply(Id, Get | 2) },
        { "half of the data", FeatureReply(Id, Get | 2, U32(2)) },
        { "no payload", Reply(Id, Feature) },
        { "7 bytes", Reply(Id, Feature, new byte[7]) },
        { "size below the header", Join(U16(Id), U16(16), U32(8), U32(1), U32(0)) },
        { "size above the limit", Join(U16(Id), U16(16), U32((1 << 20) + 33), U32(1), U32(0)) },
        { "size that fits no small answer", Join(U16(Id), U16(16), U32(1 << 20), U32(1), U32(0)) },
        { "size of 2 GiB", Join(U16(Id), U16(16), U32(0x8000_0000), U32(1), U32(0)) },
        { "message type 3", Frame(Id, Feature, 3, 0, U32(16), U32(Get | 2), U32(2), U32(0)) },
        { "a command that servers do not have", Command(Id, Wire.GetInfo, U32(16), U32(0), U32(0), U32(0)) },
    };

    public static TheoryData<string, byte[]> BadAnswersToARead => new()
    {
        { "more data than was asked for", Reply(Id, DataRead, U32(108), U32(101), new byte[101]) },
        { "more data than was sent", Reply(Id, DataRead, U32(108), U32(100), new byte[10]) },
        { "4 GiB of data", Reply(Id, DataRead, U32(8), U32(uint.MaxValue)) },
        { "half a body head", Reply(Id, DataRead, U32(8)) },
        { "no body", Reply(Id, DataRead) },
        { "an answer to a write", Reply(Id, DataWrite) },
    };

    [Theory]
    [MemberData(nameof(BadAnswersToAQuestionForTheState))]
    public void A_bad_answer_is_a_breach_of_the_protocol_and_the_end_of_the_connection(string what, byte[] answer)
    {
        using var server = new ScriptedServer().PlainOpening().ExpectNext(id => FeatureRequest(id, 16, Get | 2)).Send(answer).StaySilent();
        using var device = server.Open();
        var e = Assert.Throws<DeviceException>(() => device.GetState());
        Assert.True(e.Fault == DeviceFault.Protocol, $"{what}: {e.Fault}");
        var later = Assert.Throws<DeviceException>(() => device.GetState());
        Assert.Equal(DeviceFault.Disconnected, later.Fault);
        Assert.Contains("broke the protocol", later.Message, StringComparison.Ordinal);
        server.Verify();
    }

    [Theory]
    [MemberData(nameof(BadAnswersToARead))]
    public void A_bad_answer_to_a_read_never_reaches_the_caller(string what, byte[] answer)
    {
        using var server = new ScriptedServer().PlainOpening().ExpectNext(id => Command(id, DataRead, U32(108), U32(100))).Send(answer).StaySilent();
        using var device = server.Open();
        var e = Assert.Throws<DeviceException>(() => device.Read(new byte[100]));
        Assert.True(e.Fault == DeviceFault.Protocol, $"{what}: {e.Fault}");
        server.Verify();
    }

    [Fact]
    public void An_answer_that_ends_in_the_middle_is_a_lost_connection()
    {
        using var server = new ScriptedServer().PlainOpening().ExpectNext(id => FeatureRequest(id, 16, Get | 2))
            .Send(FeatureReply(Id, Get | 2, U32(2), U32(0))[..20]).Close();
        using var device = server.Open();
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.GetState()).Fault);
    }

    [Fact]
    public void An_answer_that_stops_in_the_middle_is_given_up_after_the_time_limit()
    {
        using var server = new ScriptedServer().PlainOpening().ExpectNext(id => Command(id, DataRead, U32(108), U32(100)))
            .Send(Reply(Id, DataRead, U32(108), U32(100), new byte[100])[..60]).StaySilent();
        using var device = server.Open(new VfioUserOptions { WorkTimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(DeviceFault.TimedOut, Assert.Throws<DeviceException>(() => device.Read(new byte[100])).Fault);
        server.Verify();
    }

    [Fact]
    public void A_server_that_never_reads_is_given_up_after_the_time_limit()
    {
        using var server = new ScriptedServer().PlainOpening().StaySilent();
        using var device = server.Open(new VfioUserOptions { WorkTimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(DeviceFault.TimedOut, Assert.Throws<DeviceException>(() => device.Write(new byte[4 << 20])).Fault);
        server.Verify();
    }

    [Fact]
    public void A_server_that_closes_while_the_client_writes_is_a_lost_connection()
    {
        using var server = new ScriptedServer().PlainOpening().Swallow(1000).Close();
        using var device = server.Open();
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => device.Write(new byte[4 << 20])).Fault);
        server.Verify();
    }

    [Fact]
    public void A_server_that_floods_a_writing_client_is_cut_off()
    {
        using var server = new ScriptedServer().PlainOpening().Do(client =>
        {
            var chatter = Frame(9, DmaWrite, 0x10, 0, U64(0), U64(1 << 19), new byte[1 << 19]);
            Action talk = () =>
            {
                while (true)
                {
                    client.Send(chatter);
                }
            };
            Assert.ThrowsAny<System.Net.Sockets.SocketException>(talk);
        });
        using var device = server.Open();
        Assert.Equal(DeviceFault.Protocol, Assert.Throws<DeviceException>(() => device.Write(new byte[4 << 20])).Fault);
        server.Verify();
    }

    [Fact]
    public void Requests_for_memory_between_a_request_and_its_reply_are_refused_and_the_reply_is_found()
    {
        using var server = new ScriptedServer().PlainOpening()
            .ExpectNext(id => FeatureRequest(id, 16, Get | 2))

            // The server's own ids may be the same as the client's.
            .Send(Command(Id, DmaRead, U64(0x1000), U64(64)))
            .Expect(Hex("0600 0b00 10000000 21000000 16000000"))
            .Send(Command(0x1234, DmaWrite, U64(0x1000), U64(4), [1, 2, 3, 4]))
            .Expect(Hex("3412 0c00 10000000 21000000 16000000"))

            // No_reply: this one wants no answer, so none is between it and the next request.
            .Send(Frame(3, DmaWrite, 0x10, 0, U64(0x1000), U64(1), [1]))
            .Send(FeatureReply(Id, Get | 2, U32(6), U32(0)))
            .StateIs(2);
        using var device = server.Open();
        Assert.Equal(DeviceState.PreCopy, device.GetState());
        Assert.Equal(DeviceState.Running, device.GetState());
        server.Verify();
    }

    [Fact]
    public void An_error_reply_that_carries_bytes_is_read_to_its_end()
    {
        using var server = new ScriptedServer().PlainOpening()
            .Exchange(id => FeatureRequest(id, 16, Get | 2), id => Frame(id, Feature, 0x21, 5, new byte[40]))
            .Exchange(id => Command(id, DataRead, U32(108), U32(100)), id => Frame(id, DataRead, 0x21, 5, new byte[40]))
            .StateIs(2);
        using var device = server.Open();
        Assert.Equal(Errno.EIO, Assert.Throws<DeviceException>(() => device.GetState()).Errno);
        Assert.Equal(Errno.EIO, Assert.Throws<DeviceException>(() => device.Read(new byte[100])).Errno);
        Assert.Equal(DeviceState.Running, device.GetState());
        server.Verify();
    }

    [Fact]
    public async Task Closing_the_device_ends_a_call_on_another_thread()
    {
        using var underWay = new SemaphoreSlim(0);
        using var server = new ScriptedServer().PlainOpening().StateIs(2)
            .ExpectNext(id => FeatureRequest(id, 16, Set | 2, U32(1), U32(uint.MaxValue)))
            .Do(_ => underWay.Release()).StaySilent();
        var device = server.Open();
        var arc = Task.Run(() => device.SetState(DeviceState.Stop), TestContext.Current.CancellationToken);
        Assert.True(await underWay.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        device.Dispose();
        var result = await arc.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(ArcOutcome.Unknown, result.Outcome);
        server.Verify();
    }

    [Fact]
    public void Calls_from_two_threads_take_turns()
    {
        const int Rounds = 200;
        using var server = new ScriptedServer().PlainOpening();
        for (var i = 0; i < 2 * Rounds; i++)
        {
            server.StateIs(2);
        }

        using var device = server.Open();
        Parallel.For(0, 2, _ =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                Assert.Equal(DeviceState.Running, device.GetState());
            }
        });
        server.Verify();
    }
}
