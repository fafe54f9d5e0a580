using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerFramingTests
{
    private static readonly ServerBehaviour NotReassembling = ServerBehaviour.Tolerant with { ReassemblesRequests = false };

    // GET of the state.
    private const string GetStateFrame = "0600 1000 18000000 00000000 00000000  10000000 02000100";

    [Fact]
    public void A_tolerant_server_puts_a_request_together_byte_by_byte()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        foreach (var b in Hex(GetStateFrame))
        {
            client.Send([b]);
        }

        client.Expect("0600 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000");
    }

    [Fact]
    public void A_tolerant_server_takes_writes_of_any_size_up_to_a_mebibyte()
    {
        using var server = new TestServer(profile: TestServer.Quick(stateBytes: 2_900_000));
        using var client = server.Negotiate();
        client.Go(StopCopy);
        var image = client.ReadAll(1 << 20);
        client.Go(Stop, Resuming);

        Assert.Equal(Errno.None, client.Write(image.AsSpan(0, 1 << 20)));
        Assert.Equal(Errno.None, client.Write(image.AsSpan(1 << 20, 900_001)));
        Assert.Equal(Errno.None, client.Write(image.AsSpan((1 << 20) + 900_001)));
        client.Go(Running);
    }

    [Fact]
    public void A_server_that_does_not_reassemble_takes_requests_that_come_in_one_piece()
    {
        using var server = new TestServer(NotReassembling);
        using var client = server.Negotiate();
        client.Go(StopCopy);
        var image = client.ReadAll();
        client.Go(Stop, Resuming);

        foreach (var chunk in image.Chunk(32 * 1024))
        {
            Assert.Equal(Errno.None, client.Write(chunk));
        }

        client.Go(Running);
    }

    [Fact]
    public void It_closes_the_connection_on_a_split_header()
    {
        using var server = new TestServer(NotReassembling);
        using var client = server.Negotiate();

        client.Send("0600 1000 18000000");

        client.ExpectClosed();
    }

    [Fact]
    public void It_answers_a_split_body_with_EINVAL_and_takes_the_rest_for_a_header()
    {
        using var server = new TestServer(NotReassembling);
        using var client = server.Negotiate();

        client.Send("0600 1000 18000000 00000000 00000000  10000000");
        client.Expect("0600 1000 10000000 21000000 16000000");

        // The rest of the body, followed by a whole request: out of step, sixteen bytes that claim 02000100 to be an id and a command.
        client.Send("02000100 10000000 00000000 00000000");
        client.Expect("0200 0100 10000000 21000000 16000000");
    }

    [Fact]
    public void It_answers_a_request_above_36544_bytes_with_EINVAL_and_is_out_of_step()
    {
        using var server = new TestServer(NotReassembling);
        using var client = server.Negotiate();
        client.Go(StopCopy);
        client.Go(Stop, Resuming);
        Assert.Equal(Errno.None, client.Write(new byte[36544 - 24]));

        client.Send(Frame(9, 18, [.. U32(8 + 40_000, 40_000), .. new byte[40_000]]));

        client.Expect("0900 1200 10000000 21000000 16000000");

        // Zeros taken for a header claim a message of 0 bytes.
        client.Expect("0000 0000 10000000 21000000 16000000");
        client.ExpectClosed();
    }

    [Theory]
    [InlineData("0000000F")]
    [InlineData("0F000000")]
    [InlineData("00000000")]
    [InlineData("21001000")] // 1 MiB + 33
    [InlineData("FFFFFFFF")]
    public void A_size_that_cannot_be_is_EINVAL_and_the_connection_ends(string size)
    {
        foreach (var behaviour in new[] { ServerBehaviour.Tolerant, NotReassembling })
        {
            using var server = new TestServer(behaviour);
            using var client = server.Negotiate();

            client.Send($"0600 1000 {size} 00000000 00000000");

            client.Expect("0600 1000 10000000 21000000 16000000");
            client.ExpectClosed();
        }
    }

    [Fact]
    public void Errors_without_a_number_are_errors_all_the_same()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { ErrorsHaveNoNumber = true });
        using var client = server.Negotiate();

        client.Send("0600 6300 10000000 00000000 00000000");
        client.Expect("0600 6300 10000000 21000000 00000000");
        Assert.Equal(Running, client.GetState());
    }

    [Fact]
    public void A_server_that_leaves_the_body_of_an_unknown_command_takes_it_for_headers()
    {
        using var server = new TestServer(ServerBehaviour.RustVmm);
        using var client = server.Negotiate();

        // DEVICE_FEATURE is unknown there. Its body of 8 bytes and the next 8 are the next header: id 8, command 0, size 0x00040001.
        client.Send("0600 1000 18000000 00000000 00000000  08000000 01000400");
        client.Expect("0600 1000 10000000 21000000 00000000");
        client.ExpectNothingYet();
        client.Send("00000000 00000000");
        client.Send(new byte[0x00040001 - 16]);
        client.Expect("0800 0000 10000000 21000000 00000000");
    }

    [Fact]
    public void Commands_of_the_server_come_in_between_and_need_no_answer()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { SendsDmaCommands = true });
        using var client = server.Negotiate();

        client.Send(GetStateFrame);

        // DMA_READ: address 0x1000, 8 bytes.
        client.Expect("0000 0B00 20000000 00000000 00000000  0010000000000000 0800000000000000");
        client.Expect("0600 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000");
        client.Send("0000 0B00 10000000 21000000 16000000");

        client.Send(GetStateFrame);
        client.Expect("0100 0B00 20000000 00000000 00000000  0010000000000000 0800000000000000");
        client.Expect("0600 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000");
    }

    [Fact]
    public void A_reply_that_nobody_asked_for_is_EINVAL_and_changes_nothing()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        // A SET of the state to STOP, an answer to DMA_READ and one to DMA_WRITE, all marked as replies.
        client.Send("0700 1000 20000000 01000000 00000000  10000000 02000200 01000000 FFFFFFFF");
        client.Expect("0700 1000 10000000 21000000 16000000");
        client.Send("0000 0B00 10000000 01000000 00000000");
        client.Expect("0000 0B00 10000000 21000000 16000000");
        client.Send("0000 0C00 10000000 21000000 16000000");
        client.Expect("0000 0C00 10000000 21000000 16000000");

        Assert.Equal(DeviceState.Running, client.GetState());
    }

    [Fact]
    public void A_command_of_the_server_is_answered_once()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { SendsDmaCommands = true });
        using var client = server.Negotiate();
        client.Send(GetStateFrame);
        client.Expect("0000 0B00 20000000 00000000 00000000  0010000000000000 0800000000000000");
        client.Expect("0600 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000");

        client.Send("0000 0B00 10000000 21000000 16000000");
        client.Send("0000 0B00 10000000 21000000 16000000");

        // Only the second one is refused, and like every answer after a DMA_READ.
        client.Expect("0100 0B00 20000000 00000000 00000000  0010000000000000 0800000000000000");
        client.Expect("0000 0B00 10000000 21000000 16000000");
    }
}
