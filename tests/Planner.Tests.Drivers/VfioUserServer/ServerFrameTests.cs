using System.Text;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

/// <summary>Frames typed by hand from the protocol, little-endian: header of u16 id, u16 command, u32 size, u32 flags, u32 error.</summary>
public class ServerFrameTests
{
    private const string ExampleProposal = """{"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576,"migration":{"pgsize":4096}}}""";
    private const string ExampleReply = """{ "capabilities": { "max_msg_fds": 8, "max_data_xfer_size": 1048576, "migration": { "pgsize": 4096 } } }""";

    public static TheoryData<bool> Servers => [true, false];

    [Theory]
    [MemberData(nameof(Servers))]
    public void The_handshake_is_answered_with_the_125_bytes_that_were_observed(bool tolerant)
    {
        using var server = new TestServer(tolerant ? ServerBehaviour.Tolerant : ServerBehaviour.LibvfioUser);
        using var client = server.Connect();

        client.Send([.. Hex("0100 0100 70000000 00000000 00000000  0000 0200"), .. Encoding.ASCII.GetBytes(ExampleProposal), 0]);

        client.Expect("0100 0100 7D000000 01000000 00000000  0000 0200");
        Assert.Equal(ExampleReply + "\0", Encoding.ASCII.GetString(client.Receive(105)));
        client.ExpectNothingYet();
    }

    [Fact]
    public void Migration_is_found_asked_and_changed_with_these_bytes()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();

        // GET_INFO: argsz 16, flags RESET and PCI, 9 regions, 5 interrupts.
        client.Send("0200 0400 20000000 00000000 00000000  10000000 00000000 00000000 00000000");
        client.Expect("0200 0400 20000000 01000000 00000000  10000000 03000000 09000000 05000000");

        // PROBE of feature 1, argsz 8, echoed.
        client.Send("0300 1000 18000000 00000000 00000000  08000000 01000400");
        client.Expect("0300 1000 18000000 01000000 00000000  08000000 01000400");

        // PROBE|GET|SET of feature 2.
        client.Send("0400 1000 18000000 00000000 00000000  08000000 02000700");
        client.Expect("0400 1000 18000000 01000000 00000000  08000000 02000700");

        // GET of feature 1: argsz 16; STOP_COPY and PRE_COPY.
        client.Send("0500 1000 18000000 00000000 00000000  10000000 01000100");
        client.Expect("0500 1000 20000000 01000000 00000000  10000000 01000100 0500000000000000");

        // GET of feature 2: RUNNING, data_fd 0.
        client.Send("0600 1000 18000000 00000000 00000000  10000000 02000100");
        client.Expect("0600 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000");

        // SET of feature 2 to PRE_COPY with data_fd -1, echoed.
        client.Send("0700 1000 20000000 00000000 00000000  10000000 02000200 06000000 FFFFFFFF");
        client.Expect("0700 1000 20000000 01000000 00000000  10000000 02000200 06000000 FFFFFFFF");
        client.Send("0800 1000 18000000 00000000 00000000  10000000 02000100");
        client.Expect("0800 1000 20000000 01000000 00000000  10000000 02000100 06000000 00000000");

        // DEVICE_RESET has no payload either way, and leaves the state alone here.
        client.Send("0900 0D00 10000000 00000000 00000000");
        client.Expect("0900 0D00 10000000 01000000 00000000");

        // Back to RUNNING, then a target that does not exist: a bare header with EINVAL.
        client.Send("0A00 1000 20000000 00000000 00000000  10000000 02000200 02000000 FFFFFFFF");
        client.Expect("0A00 1000 20000000 01000000 00000000  10000000 02000200 02000000 FFFFFFFF");
        client.Send("0B00 1000 20000000 00000000 00000000  10000000 02000200 63000000 FFFFFFFF");
        client.Expect("0B00 1000 10000000 21000000 16000000");
    }

    [Fact]
    public void The_last_read_of_a_stream_is_padded_as_it_was_observed()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser, TestServer.Quick(stateBytes: 1032));
        using var client = server.Negotiate();
        client.Go(StopCopy);
        Assert.Equal(1024, client.Read(1024).Data.Length);

        // Asked 1024, and 8 bytes are left: message 1048, argsz 16, size 8, then zeros.
        client.Send("0C00 1100 18000000 00000000 00000000  08040000 00040000");
        client.Expect("0C00 1100 18040000 01000000 00000000  10000000 08000000");
        Assert.All(client.Receive(1024)[8..], b => Assert.Equal(0, b));

        client.Send("0D00 1100 18000000 00000000 00000000  08040000 00040000");
        client.Expect("0D00 1100 18040000 01000000 00000000  08000000 00000000");
        Assert.All(client.Receive(1024), b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_write_is_answered_with_a_bare_header()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Negotiate();
        client.Go(Stop, Resuming);

        client.Send("0E00 1200 1C000000 00000000 00000000  0C000000 04000000 DEADBEEF");
        client.Expect("0E00 1200 10000000 01000000 00000000");
    }

    [Theory]
    [InlineData("0E00")]
    [InlineData("1300")]
    [InlineData("6300")]
    [InlineData("0F00")]
    [InlineData("0600")]
    [InlineData("0000")]
    public void An_unknown_command_is_EINVAL_and_the_connection_lives(string command)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        client.Send($"0700 {command} 18000000 00000000 00000000  08000000 01000400");
        client.Expect($"0700 {command} 10000000 21000000 16000000");
        Assert.Equal(Running, client.GetState());
    }

    [Fact]
    public void No_reply_suppresses_success_and_error_alike()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        client.Send("0200 1000 20000000 10000000 00000000  10000000 02000200 06000000 FFFFFFFF");
        client.Send("0300 6300 10000000 10000000 00000000");

        Assert.Equal(PreCopy, client.GetState());
    }

    [Fact]
    public void Three_requests_in_one_write_are_answered_in_order()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        client.Send(
            "0200 1000 18000000 00000000 00000000  08000000 01000400" +
            "0200 1000 18000000 00000000 00000000  08000000 02000700" +
            "0200 0D00 10000000 00000000 00000000");

        client.Expect(
            "0200 1000 18000000 01000000 00000000  08000000 01000400" +
            "0200 1000 18000000 01000000 00000000  08000000 02000700" +
            "0200 0D00 10000000 01000000 00000000");
    }

    [Fact]
    public void A_message_that_is_neither_command_nor_reply_is_EINVAL()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        client.Send("0500 0D00 10000000 02000000 00000000");
        client.Expect("0500 0D00 10000000 21000000 16000000");
    }
}
