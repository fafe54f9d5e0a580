using Planner.Devices;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

public sealed class VersionHandshakeTests
{
    private static readonly VfioUserOptions Impatient = new() { AskTimeLimit = TimeSpan.FromMilliseconds(150) };

    public static TheoryData<string, byte[]> UnusableAnswers => new()
    {
        { "major version 1", Reply(0, Wire.Version, U16(1), U16(0)) },
        { "a minor version above the proposed one", Reply(0, Wire.Version, U16(0), U16(3)) },
        { "only two bytes", Reply(0, Wire.Version, U16(0)) },
        { "no payload", Reply(0, Wire.Version) },
        { "text that is no JSON", VersionReply("{capabilities}") },
        { "a JSON array", VersionReply("[]") },
        { "capabilities that are a number", VersionReply("""{"capabilities":7}""") },
        { "JSON that is too deep", VersionReply(new string('[', 100) + new string(']', 100)) },
        { "bytes that are no UTF-8", Reply(0, Wire.Version, U16(0), U16(2), Text("{\"capabilities\":{\"x-device-class\":\""), [0xff, 0xfe], Text("\"}}"), [0]) },
        { "half a surrogate pair", VersionReply("""{"capabilities":{"x-device-class":"\ud800"}}""") },
        { "a transfer size of 0", VersionReply("""{"capabilities":{"max_data_xfer_size":0}}""") },
        { "a negative transfer size", VersionReply("""{"capabilities":{"max_data_xfer_size":-1}}""") },
        { "a transfer size in text", VersionReply("""{"capabilities":{"max_data_xfer_size":"big"}}""") },
        { "a descriptor count in text", VersionReply("""{"capabilities":{"max_msg_fds":"8"}}""") },
        { "a negative descriptor count", VersionReply("""{"capabilities":{"max_msg_fds":-1}}""") },
        { "a descriptor count that nobody can take", VersionReply("""{"capabilities":{"max_msg_fds":1025}}""") },
        { "no maps", VersionReply("""{"capabilities":{"max_dma_maps":0}}""") },
        { "a map count in text", VersionReply("""{"capabilities":{"max_dma_maps":"many"}}""") },
        { "no page sizes", VersionReply("""{"capabilities":{"pgsizes":0}}""") },
        { "negative page sizes", VersionReply("""{"capabilities":{"pgsizes":-4096}}""") },
        { "a transfer size beyond all numbers", VersionReply("""{"capabilities":{"max_data_xfer_size":1e30}}""") },
        { "a migration without a page size", VersionReply("""{"capabilities":{"migration":{"pgsize":0}}}""") },
        { "a migration that is a number", VersionReply("""{"capabilities":{"migration":4096}}""") },
        { "an error", Wire.Error(0, Wire.Version, 22) },
        { "an error without a number", Wire.Error(0, Wire.Version, 0) },
        { "the id of another message", Reply(7, Wire.Version, U16(0), U16(2)) },
        { "another command", Reply(0, Wire.GetInfo, U16(0), U16(2)) },
        { "message type 2", Frame(0, Wire.Version, 2, 0, U16(0), U16(2)) },
        { "a message size below the header", Join(U16(0), U16(1), U32(15), U32(1), U32(0)) },
        { "a message size of 0", Join(U16(0), U16(1), U32(0), U32(1), U32(0)) },
        { "a message size of 4 GiB", Join(U16(0), U16(1), U32(uint.MaxValue), U32(1), U32(0)) },
        { "17 KiB of answer", Reply(0, Wire.Version, new byte[17 * 1024]) },
        { "the greeting of another protocol", Text("""{"QMP": {"version": {"qemu": {"micro": 0, "minor": 1, "major": 10}}}}""" + "\r\n") },
        { "an HTTP error", Text("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") },
    };

    [Theory]
    [MemberData(nameof(UnusableAnswers))]
    public void An_answer_that_cannot_be_used_is_a_breach_of_the_protocol(string what, byte[] answer)
    {
        using var server = new ScriptedServer().Swallow(16).Send(answer).StaySilent();
        var e = Assert.Throws<DeviceException>(() => server.Open());
        Assert.True(e.Fault == DeviceFault.Protocol, $"{what}: {e.Fault}");
        Assert.StartsWith(server.Address, e.Message);
    }

    [Fact]
    public void A_number_that_cannot_be_is_named()
    {
        using var server = new ScriptedServer().Swallow(16).Send(VersionReply("""{"capabilities":{"max_msg_fds":1025}}""")).StaySilent();
        Assert.Contains("max_msg_fds", Assert.Throws<DeviceException>(() => server.Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"capabilities":{"max_msg_fds":0}}""")]
    [InlineData("""{"capabilities":{"max_msg_fds":1024,"max_dma_maps":1,"pgsizes":18446744073709547520,"max_data_xfer_size":18446744073709551615}}""")]
    public void A_number_at_the_end_of_its_range_is_taken(string json)
    {
        using var server = new ScriptedServer().Handshake(json).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(MigrationCapabilities.StopCopy, device.Offer.Capabilities);
        server.Verify();
    }

    [Fact]
    public void An_answer_that_ends_in_the_middle_is_a_breach_of_the_protocol()
    {
        using var server = new ScriptedServer().Swallow(16).Send(VersionReply(ScriptedServer.PlainJson)[..40]).Close();
        Assert.Equal(DeviceFault.Protocol, Assert.Throws<DeviceException>(() => server.Open()).Fault);
    }

    [Fact]
    public void A_server_that_hangs_up_without_a_word_is_disconnected()
    {
        using var server = new ScriptedServer().Swallow(16).Close();
        Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => server.Open()).Fault);
    }

    [Fact]
    public void A_server_that_never_answers_is_given_up_after_the_time_limit_and_another_client_is_suspected()
    {
        using var server = new ScriptedServer().StaySilent();
        var e = Assert.Throws<DeviceException>(() => server.Open(Impatient));
        Assert.Equal(DeviceFault.TimedOut, e.Fault);
        Assert.Contains("another client", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_stops_talking_is_given_up_after_the_time_limit()
    {
        var opening = Task.Run(
            () => VfioUserDevice.Open("vfio-user:/chatter", () => new Chatter(), Impatient), TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<DeviceException>(
            () => opening.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(DeviceFault.TimedOut, e.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"capabilities":{}}""")]
    [InlineData("""{"capabilities":{"x-unknown":[1,{"a":null}]},"else":true}""")]
    public void Json_and_every_capability_are_optional(string json)
    {
        using var server = new ScriptedServer().Handshake(json).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(MigrationCapabilities.StopCopy, device.Offer.Capabilities);
        server.Verify();
    }

    [Fact]
    public void A_lower_minor_version_without_json_is_enough()
    {
        using var server = new ScriptedServer();
        server.ExpectAnything().Send(Reply(0, Wire.Version, U16(0), U16(0))).Migration(5).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        server.Verify();
    }

    [Fact]
    public void Json_without_its_nul_is_understood()
    {
        using var server = new ScriptedServer();
        server.ExpectAnything()
            .Send(Reply(0, Wire.Version, U16(0), U16(2), Text("""{"capabilities":{"x-device-class":"mlx5"}}""")))
            .Migration(5).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal("mlx5", device.Offer.DeviceClass);
        server.Verify();
    }

    [Fact]
    public void An_answer_in_single_bytes_is_put_together()
    {
        using var server = new ScriptedServer();
        server.ExpectAnything().SendByteByByte(VersionReply(ScriptedServer.PlainJson)).Migration(5).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        server.Verify();
    }

    [Fact]
    public void A_site_that_wants_no_deadlines_does_not_propose_them()
    {
        var options = new VfioUserOptions { Deadline = new DeadlineFeatureOptions { Shape = DeadlineShape.None } };
        using var server = new ScriptedServer();
        server.ExpectAnything(request => Assert.DoesNotContain("x-deadline-v1", System.Text.Encoding.UTF8.GetString(request), StringComparison.Ordinal))
            .Send(VersionReply("""{"capabilities":{"x-deadline-v1":true}}""")).Migration(5).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open(options);
        Assert.Equal((Answer.No, Answer.No), (device.Offer.OffersDeadline, device.Offer.OffersArcLatency));
        server.Verify();
    }

    /// <summary>Sends DMA_WRITE commands that want no reply, for ever and without a pause.</summary>
    private sealed class Chatter : IByteChannel
    {
        private static readonly byte[] Message = Frame(1, DmaWrite, 0x10, 0, U64(0), U64(8), U64(0));
        private int _position;

        public int Send(ReadOnlySpan<byte> data) => data.Length;

        public int Receive(Span<byte> buffer)
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                buffer[i] = Message[_position++ % Message.Length];
            }

            _position %= Message.Length;
            return buffer.Length;
        }

        public bool Wait(bool orToSend, TimeSpan limit) => true;

        public void Dispose()
        {
        }
    }
}
