using System.Net.Sockets;
using CsCheck;
using Planner.Devices;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

public sealed class StreamTests
{
    private const int LargestRead = 256 * 1024;
    private const int LargestWrite = 32 * 1024;

    private static byte[] ReadRequest(int id, uint bytes) => Command(id, DataRead, U32(8 + bytes), U32(bytes));

    private static byte[] ReadReply(int id, byte[] data, int padding = 0) =>
        Reply(id, DataRead, U32((uint)(8 + data.Length)), U32((uint)data.Length), data, new byte[padding]);

    private static byte[] WriteRequest(int id, byte[] data) => Command(id, DataWrite, U32((uint)(8 + data.Length)), U32((uint)data.Length), data);

    private static byte[] Counting(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)((i * 31) + (i >> 8)))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(92)]
    [InlineData(99)]
    public void A_padded_answer_counts_by_the_size_in_its_body_and_the_next_one_is_found(int padding)
    {
        var data = Counting(100 - padding);
        using var server = new ScriptedServer().PlainOpening()
            .Exchange(id => ReadRequest(id, 100), id => ReadReply(id, data, padding))
            .Exchange(id => ReadRequest(id, 100), id => ReadReply(id, []));
        using var device = server.Open();
        var buffer = new byte[100];
        Assert.Equal(data.Length, device.Read(buffer));
        Assert.Equal(data, buffer[..data.Length]);
        Assert.All(buffer[data.Length..], b => Assert.Equal(0, b));
        Assert.Equal(0, device.Read(buffer));
        server.Verify();
    }

    [Fact]
    public void Nothing_now_as_an_error_is_nothing_now()
    {
        using var server = new ScriptedServer().PlainOpening().Exchange(id => ReadRequest(id, 10), id => Wire.Error(id, DataRead, 42)).StateIs(6);
        using var device = server.Open();
        Assert.Equal(0, device.Read(new byte[10]));
        Assert.Equal(DeviceState.PreCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void In_STOP_COPY_there_is_no_nothing_now_that_could_pass_for_the_end()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(3).Exchange(id => ReadRequest(id, 10), id => Wire.Error(id, DataRead, 42));
        using var device = server.Open();
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        Assert.Equal(Errno.ENOMSG, Assert.Throws<DeviceException>(() => device.Read(new byte[10])).Errno);
        server.Verify();
    }

    [Theory]
    [InlineData(22u)]
    [InlineData(0u)]
    public void A_refused_read_throws_and_the_connection_lives(uint error)
    {
        using var server = new ScriptedServer().PlainOpening().Exchange(id => ReadRequest(id, 10), id => Wire.Error(id, DataRead, error)).StateIs(2);
        using var device = server.Open();
        var e = Assert.Throws<DeviceException>(() => device.Read(new byte[10]));
        Assert.Equal((DeviceFault.Failed, (Errno)error), (e.Fault, e.Errno));
        Assert.Equal(DeviceState.Running, device.GetState());
        server.Verify();
    }

    [Fact]
    public void Before_stop_copy_a_read_is_one_request_of_at_most_256_KiB()
    {
        var data = Counting(LargestRead);
        using var server = new ScriptedServer().PlainOpening().StateIs(6).Exchange(id => ReadRequest(id, LargestRead), id => ReadReply(id, data));
        using var device = server.Open();
        Assert.Equal(DeviceState.PreCopy, device.GetState());
        var buffer = new byte[1 << 20];
        Assert.Equal(LargestRead, device.Read(buffer));
        Assert.Equal(data, buffer[..LargestRead]);
        server.Verify();
    }

    [Fact]
    public void In_stop_copy_a_large_buffer_is_filled_by_a_row_of_requests_two_of_them_under_way()
    {
        var data = Counting((2 * LargestRead) + 1000);
        using var server = new ScriptedServer().PlainOpening().StateIs(3);
        var first = server.NextId;
        server.ExpectNext(id => ReadRequest(id, LargestRead)).ExpectNext(id => ReadRequest(id, LargestRead))
            .Send(ReadReply(first, data[..LargestRead]))
            .ExpectNext(id => ReadRequest(id, 1000))
            .Send(ReadReply(first + 1, data[LargestRead..(2 * LargestRead)]), ReadReply(first + 2, data[(2 * LargestRead)..]))
            .StateIs(3);
        using var device = server.Open();
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        var buffer = new byte[data.Length];
        Assert.Equal(data.Length, device.Read(buffer));
        Assert.Equal(data, buffer);
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void Short_answers_in_a_row_are_joined_in_order()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(3);
        var first = server.NextId;
        server.ExpectNext(id => ReadRequest(id, LargestRead)).ExpectNext(id => ReadRequest(id, LargestRead))
            .Send(ReadReply(first, [1, 2, 3]), ReadReply(first + 1, [4]))
            .StateIs(3);
        using var device = server.Open();
        device.GetState();
        var buffer = new byte[2 * LargestRead];
        Assert.Equal(4, device.Read(buffer));
        Assert.Equal([1, 2, 3, 4], buffer[..4]);
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void The_end_of_a_row_loses_nothing_that_came_before_it()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(3);
        var first = server.NextId;
        server.ExpectNext(id => ReadRequest(id, LargestRead)).ExpectNext(id => ReadRequest(id, LargestRead))
            .Send(ReadReply(first, [1, 2, 3])).ExpectNext(id => ReadRequest(id, 1))
            .Send(ReadReply(first + 1, []), ReadReply(first + 2, []))
            .StateIs(3);
        using var device = server.Open();
        device.GetState();
        Assert.Equal(3, device.Read(new byte[(2 * LargestRead) + 1]));
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void An_error_in_a_row_is_thrown_after_every_answer_was_taken()
    {
        using var server = new ScriptedServer().PlainOpening().StateIs(3);
        var first = server.NextId;
        server.ExpectNext(id => ReadRequest(id, LargestRead)).ExpectNext(id => ReadRequest(id, LargestRead))
            .Send(Wire.Error(first, DataRead, 5), ReadReply(first + 1, [4])).StateIs(3);
        using var device = server.Open();
        device.GetState();
        Assert.Equal(Errno.EIO, Assert.Throws<DeviceException>(() => device.Read(new byte[1 << 20])).Errno);
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void A_server_with_a_smaller_transfer_size_is_asked_for_no_more_and_sent_no_more()
    {
        using var server = new ScriptedServer().Handshake("""{"capabilities":{"max_data_xfer_size":1000}}""").Migration(5).ProbeOf(Get | 9, 22).DeviceInfo()
            .Exchange(id => ReadRequest(id, 1000), id => ReadReply(id, Counting(1000)))
            .Exchange(id => WriteRequest(id, Counting(1500)[..1000]), id => Reply(id, DataWrite))
            .Exchange(id => WriteRequest(id, Counting(1500)[1000..]), id => Reply(id, DataWrite));
        using var device = server.Open();
        Assert.Equal(1000, device.Read(new byte[5000]));
        device.Write(Counting(1500));
        server.Verify();
    }

    [Fact]
    public void A_read_into_nothing_is_legal()
    {
        using var server = new ScriptedServer().PlainOpening().Exchange(id => ReadRequest(id, 0), id => ReadReply(id, []));
        using var device = server.Open();
        Assert.Equal(0, device.Read([]));
        server.Verify();
    }

    [Fact]
    public void An_answer_in_single_bytes_is_put_together()
    {
        using var server = new ScriptedServer().PlainOpening();
        var id = server.NextId;
        server.ExpectNext(i => ReadRequest(i, 64)).SendByteByByte(ReadReply(id, Counting(40), 24)).StateIs(6);
        using var device = server.Open();
        var buffer = new byte[64];
        Assert.Equal(40, device.Read(buffer));
        Assert.Equal(Counting(40), buffer[..40]);
        Assert.Equal(DeviceState.PreCopy, device.GetState());
        server.Verify();
    }

    [Fact]
    public void Long_data_goes_in_requests_of_at_most_32_KiB_each_sent_whole()
    {
        var data = Counting((2 * LargestWrite) + 5);
        using var server = new ScriptedServer().PlainOpening();
        var first = server.NextId;
        for (var i = 0; i < 3; i++)
        {
            var chunk = data[(i * LargestWrite)..Math.Min(data.Length, (i + 1) * LargestWrite)];
            var expected = WriteRequest(first + i, chunk);

            // One receive call takes the whole message, as a server that does not reassemble needs it.
            server.Do(client =>
            {
                var buffer = new byte[expected.Length];
                var header = client.Receive(buffer, 16, SocketFlags.None);
                var body = client.Receive(buffer, 16, buffer.Length - 16, SocketFlags.None);
                Assert.Equal((16, expected.Length - 16), (header, body));
                Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(buffer));
            });
        }

        server.Send(Reply(first, DataWrite), Reply(first + 1, DataWrite), Reply(first + 2, DataWrite));
        using var device = server.Open();
        device.Write(data);
        server.Verify();
    }

    [Fact]
    public void Writing_nothing_sends_nothing()
    {
        using var server = new ScriptedServer().PlainOpening();
        using var device = server.Open();
        device.Write([]);
        server.Verify();
    }

    [Fact]
    public void Every_answer_to_a_write_is_checked_and_the_next_call_finds_its_own()
    {
        var data = Counting(2 * LargestWrite);
        using var server = new ScriptedServer().PlainOpening();
        var first = server.NextId;
        server.ExpectNext(id => WriteRequest(id, data[..LargestWrite])).ExpectNext(id => WriteRequest(id, data[LargestWrite..]))
            .Send(Wire.Error(first, DataWrite, 74), Reply(first + 1, DataWrite)).StateIs(4);
        using var device = server.Open();
        var e = Assert.Throws<DeviceException>(() => device.Write(data));
        Assert.Equal((DeviceFault.Failed, Errno.EBADMSG), (e.Fault, e.Errno));
        Assert.Equal(DeviceState.Resuming, device.GetState());
        server.Verify();
    }

    [Fact]
    public void After_a_refused_write_no_further_one_is_sent()
    {
        // Nothing is answered until the window is full; then the first is refused.
        const int Window = 8;
        using var server = new ScriptedServer().PlainOpening();
        var first = server.NextId;
        for (var i = 0; i < Window; i++)
        {
            server.ExpectNext(id => WriteRequest(id, new byte[LargestWrite]));
        }

        server.Send(Wire.Error(first, DataWrite, 22));
        for (var i = 1; i < Window; i++)
        {
            server.Send(Reply(first + i, DataWrite));
        }

        server.StateIs(4);
        using var device = server.Open();
        Assert.Throws<DeviceException>(() => device.Write(new byte[100 * LargestWrite]));
        Assert.Equal(DeviceState.Resuming, device.GetState());
        server.Verify();
    }

    [Fact]
    public void A_server_that_writes_while_the_client_writes_does_not_block_it()
    {
        // The server first stuffs the client with 2 MiB of commands that it need not answer, and only then starts to read.
        var chatter = Frame(9, DmaWrite, 0x10, 0, U64(0), U64(1 << 20), new byte[1 << 20]);
        var data = Counting(8 * LargestWrite);
        using var server = new ScriptedServer().PlainOpening();
        var first = server.NextId;
        server.Swallow(1).Send(chatter).Swallow(16 + 8 + LargestWrite - 1);
        for (var i = 1; i < 8; i++)
        {
            server.Swallow(16 + 8 + LargestWrite);
        }

        for (var i = 0; i < 8; i++)
        {
            server.Send(Reply(first + i, DataWrite));
        }

        using var device = server.Open(new VfioUserOptions { WorkTimeLimit = TimeSpan.FromSeconds(20) });
        device.Write(data);
        server.Verify();
    }

    [Fact]
    public void Bytes_come_out_as_they_were_cut_whatever_the_pieces()
    {
        var generator = Gen.Select(Gen.Int[1, 5000].Array[1, 6], Gen.Int[1, 4000], Gen.Int[0, 300]);
        generator.Sample(
            (chunks, pieceBytes, padding) =>
            {
                using var server = new ScriptedServer().PlainOpening();
                foreach (var chunk in chunks)
                {
                    var id = server.NextId;
                    var reply = ReadReply(id, Counting(chunk), padding);
                    server.ExpectNext(i => ReadRequest(i, 5000)).Do(client =>
                    {
                        foreach (var piece in reply.Chunk(pieceBytes))
                        {
                            client.Send(piece);
                        }
                    });
                }

                using var device = server.Open();
                var buffer = new byte[5000];
                foreach (var chunk in chunks)
                {
                    Assert.Equal(chunk, device.Read(buffer));
                    Assert.Equal(Counting(chunk), buffer[..chunk]);
                }

                server.Verify();
            },
            iter: 100);
    }

    [Fact]
    public void A_read_or_a_write_allocates_nothing()
    {
        const int Calls = 50;
        using var server = new ScriptedServer().PlainOpening();
        for (var i = 0; i < 2 * Calls; i++)
        {
            var id = server.NextId;
            server.ExpectNext(n => i % 2 == 0 ? ReadRequest(n, 512) : WriteRequest(n, new byte[512]))
                .Send(i % 2 == 0 ? ReadReply(id, new byte[512]) : Reply(id, DataWrite));
        }

        using var device = server.Open();
        var buffer = new byte[512];
        var fewest = long.MaxValue;
        for (var i = 0; i < Calls; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            device.Read(buffer);
            device.Write(buffer);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
        server.Verify();
    }
}
