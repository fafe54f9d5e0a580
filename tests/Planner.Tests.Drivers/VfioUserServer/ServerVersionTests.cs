using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerVersionTests
{
    private static readonly string[] PrivateKeys =
    [
        "x-deadline-v1", "x-arc-latency-v1", "x-precopy-info-v1", "x-device-class", "x-commit-arc", "x-data-size-meaning", "x-stream-restarts",
    ];

    [Fact]
    public void A_higher_minor_version_is_answered_with_0_2()
    {
        using var server = new TestServer();
        using var client = server.Connect();

        Assert.Equal(2, BinaryPrimitives.ReadUInt16LittleEndian(client.Ask(1, Version(0, 9, "{}\0")).Payload.AsSpan(2)));
    }

    [Fact]
    public void Minor_version_0_without_capabilities_is_answered_with_0_0_and_migration_works()
    {
        using var server = new TestServer();
        using var client = server.Connect();

        Assert.Equal(Hex("0000 0000"), client.Ask(1, Version(0, 0, "")).Payload);
        client.Go(DeviceState.PreCopy);
    }

    [Fact]
    public void Libvfio_user_states_its_capabilities_unasked()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser);
        using var client = server.Connect();

        var payload = client.Ask(1, Version(0, 0, "")).Payload;

        Assert.Equal(["max_msg_fds", "max_data_xfer_size", "migration"], KeysOf(payload));
    }

    [Fact]
    public void The_reply_has_a_subset_of_what_was_proposed()
    {
        using var server = new TestServer(profile: BuiltInProfiles.FastNic);
        using var client = server.Connect();

        var payload = client.Ask(1, Version(0, 2, """{"capabilities":{"max_msg_fds":1,"twin_socket":{"supported":true},"x-colour":"red"}}""" + "\0")).Payload;

        Assert.Equal(["max_msg_fds"], KeysOf(payload));
    }

    public static IEnumerable<TheoryDataRow<byte[]>> RefusedProposals => new byte[][]
    {
        Version(1, 0, ""),
        Version(0, 2, "{}"),
        Version(0, 2, "{\0"),
        Version(0, 2, "[]\0"),
        Version(0, 2, "\0"),
        Version(0, 2, """{"capabilities":[]}""" + "\0"),
        Version(0, 2, """{"capabilities":{"max_data_xfer_size":0}}""" + "\0"),
        Version(0, 2, """{"capabilities":{"max_data_xfer_size":"much"}}""" + "\0"),
        Version(0, 2, """{"capabilities":{"migration":{"pgsize":8192}}}""" + "\0"),
        [0, 0, 2],
        [],
        [.. Version(0, 2, "{\"a\":\""), 0xFF, .. Encoding.ASCII.GetBytes("\"}\0")],
        Version(0, 2, string.Concat(Enumerable.Repeat("[", 1000)) + "\0"),
    }.Select(proposal => new TheoryDataRow<byte[]>(proposal));

    [Theory]
    [MemberData(nameof(RefusedProposals))]
    public void A_proposal_that_cannot_be_is_EINVAL_and_the_connection_ends(byte[] proposal)
    {
        using var server = new TestServer();
        using var client = server.Connect();

        client.Send(Frame(1, 1, proposal));

        client.Expect("0100 0100 10000000 21000000 16000000");
        client.ExpectClosed();
        using var next = server.Negotiate();
        Assert.Equal(DeviceState.Running, next.GetState());
    }

    public static IEnumerable<TheoryDataRow<string>> ImpossibleNumbers =>
        from number in new (string Key, string[] Values)[]
        {
            ("max_msg_fds", ["\"8\"", "-1", "1025", "1.5", "true", "null", "1e30"]),
            ("max_data_xfer_size", ["\"1048576\"", "-1", "0", "0.5", "1e30"]),
            ("max_dma_maps", ["\"16\"", "-1", "0", "1e30"]),
            ("pgsizes", ["\"4096\"", "-1", "0", "1e30"]),
        }
        from value in number.Values
        select new TheoryDataRow<string>($"\"{number.Key}\":{value}");

    [Theory]
    [MemberData(nameof(ImpossibleNumbers))]
    public void A_number_that_cannot_be_is_EINVAL_and_the_connection_ends(string capability)
    {
        using var server = new TestServer();
        using var client = server.Connect();

        Assert.Equal(Errno.EINVAL, client.Ask(1, Version(0, 2, $"{{\"capabilities\":{{{capability}}}}}\0")).Error);
        client.ExpectClosed();
    }

    [Theory]
    [InlineData("\"max_msg_fds\":0")]
    [InlineData("\"max_msg_fds\":1")]
    [InlineData("\"max_msg_fds\":1024")]
    [InlineData("\"max_data_xfer_size\":1")]
    [InlineData("\"max_data_xfer_size\":9223372036854775807")]
    [InlineData("\"max_dma_maps\":1")]
    [InlineData("\"pgsizes\":18446744073709547520")]
    public void A_number_at_the_end_of_its_range_is_taken(string capability)
    {
        using var server = new TestServer();
        using var client = server.Connect();

        Assert.Equal(Errno.None, client.Ask(1, Version(0, 2, $"{{\"capabilities\":{{{capability}}}}}\0")).Error);
        Assert.Equal(DeviceState.Running, client.GetState());
    }

    [Fact]
    public void A_first_message_other_than_VERSION_is_EINVAL_and_the_connection_ends()
    {
        using var server = new TestServer();
        using var client = server.Connect();

        client.Send("0100 1000 18000000 00000000 00000000  08000000 01000400");

        client.Expect("0100 1000 10000000 21000000 16000000");
        client.ExpectClosed();
    }

    [Fact]
    public void A_second_VERSION_is_EINVAL_and_the_connection_lives()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(Errno.EINVAL, client.Ask(1, Version(0, 2, "{}\0")).Error);
        Assert.Equal(DeviceState.Running, client.GetState());
    }

    [Fact]
    public void Private_keys_are_answered_where_proposed_and_true_of_the_device()
    {
        var profile = BuiltInProfiles.FastNic with { Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, true) };
        using var server = new TestServer(profile: profile);

        using var reply = Propose(server, PrivateKeys);
        var capabilities = reply.RootElement.GetProperty("capabilities");

        Assert.True(capabilities.GetProperty("x-deadline-v1").GetBoolean());
        Assert.True(capabilities.GetProperty("x-arc-latency-v1").GetBoolean());
        Assert.True(capabilities.GetProperty("x-precopy-info-v1").GetBoolean());
        Assert.Equal("sim/fast-nic/1.0", capabilities.GetProperty("x-device-class").GetString());
        Assert.Equal("RUNNING_P2P->STOP", capabilities.GetProperty("x-commit-arc").GetString());
        Assert.Equal("total", capabilities.GetProperty("x-data-size-meaning").GetString());
        Assert.False(capabilities.GetProperty("x-stream-restarts").GetBoolean());
    }

    [Theory]
    [InlineData(DeadlineShape.None)]
    [InlineData(DeadlineShape.B)]
    [InlineData(DeadlineShape.C)]
    public void What_the_device_does_not_have_is_not_claimed(DeadlineShape shape)
    {
        using var server = new TestServer(profile: TestProfiles.With(MigrationCapabilities.StopCopy) with { Deadline = new DeadlineProfile(shape, 0xfd01, true) });

        using var reply = Propose(server, PrivateKeys);

        Assert.Equal(
            ["x-device-class", "x-commit-arc", "x-stream-restarts"],
            reply.RootElement.GetProperty("capabilities").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void A_server_that_knows_no_private_features_answers_no_private_key()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser, BuiltInProfiles.FastNic);

        using var reply = Propose(server, PrivateKeys);

        Assert.DoesNotContain(reply.RootElement.GetProperty("capabilities").EnumerateObject(), p => p.Name.StartsWith("x-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stream_that_restarts_is_said_to()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { RestartsStreamAtStopCopy = true });

        using var reply = Propose(server, ["x-stream-restarts"]);

        Assert.True(reply.RootElement.GetProperty("capabilities").GetProperty("x-stream-restarts").GetBoolean());
    }

    private static JsonDocument Propose(TestServer server, IEnumerable<string> keys)
    {
        using var client = server.Connect();
        var json = $"{{\"capabilities\":{{{string.Join(",", keys.Select(k => $"\"{k}\":true"))}}}}}\0";
        return Parse(client.Ask(1, Version(0, 2, json)).Payload);
    }

    private static string[] KeysOf(byte[] payload)
    {
        using var reply = Parse(payload);
        return reply.RootElement.GetProperty("capabilities").EnumerateObject().Select(p => p.Name).ToArray();
    }

    private static JsonDocument Parse(byte[] payload)
    {
        Assert.Equal(0, payload[^1]);
        return JsonDocument.Parse(payload.AsMemory(4, payload.Length - 5));
    }
}
