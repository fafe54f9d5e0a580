using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

/// <summary>Frames written down by hand from the specification, byte for byte. Nothing here is computed by the product.</summary>
public sealed class GoldenFrameTests
{
    // id, cmd, size, flags, error | argsz, flags
    private static readonly byte[] ProbeMigration = Hex("0100 1000 18000000 00000000 00000000  08000000 01000500");
    private static readonly byte[] ProbeState = Hex("0200 1000 18000000 00000000 00000000  08000000 02000700");
    private static readonly byte[] GetMigration = Hex("0300 1000 18000000 00000000 00000000  10000000 01000100");
    private static readonly byte[] ProbeMigrationReply = Hex("0100 1000 18000000 01000000 00000000  08000000 01000500");
    private static readonly byte[] ProbeStateReply = Hex("0200 1000 18000000 01000000 00000000  08000000 02000700");

    // The 125 bytes that libvfio-user was seen to answer to VERSION.
    private static readonly byte[] ObservedVersionReply = Join(
        Hex("0000 0100 7d000000 01000000 00000000  0000 0200"),
        Text("{ \"capabilities\": { \"max_msg_fds\": 8, \"max_data_xfer_size\": 1048576, \"migration\": { \"pgsize\": 4096 } } }"),
        Hex("00"));

    // 276 bytes with a page size of 4096, which is this host's affair.
    private static readonly string PageSize = Environment.SystemPageSize.ToString();

    private static byte[] Proposal => Join(
        Hex("0000 0100"), U32((uint)(272 + PageSize.Length)), Hex("00000000 00000000  0000 0200"),
        Text("{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,\"migration\":{\"pgsize\":" + PageSize + "},"
            + "\"x-deadline-v1\":true,\"x-arc-latency-v1\":true,\"x-precopy-info-v1\":true,\"x-device-class\":true,"
            + "\"x-commit-arc\":true,\"x-data-size-meaning\":true,\"x-stream-restarts\":true}}"),
        Hex("00"));

    [Fact]
    public void The_observed_version_reply_has_125_bytes() => Assert.Equal(125, ObservedVersionReply.Length);

    [Fact]
    public void A_plain_device_is_opened_asked_walked_read_written_and_reset_with_exactly_these_bytes()
    {
        using var server = new ScriptedServer()
            .Expect(Proposal).Send(ObservedVersionReply)
            .Expect(ProbeMigration).Send(ProbeMigrationReply)
            .Expect(ProbeState).Send(ProbeStateReply)
            .Expect(GetMigration).Send(Hex("0300 1000 20000000 01000000 00000000  10000000 01000100 0500000000000000"))

            // MIG_DATA_SIZE: libvfio-user answers EINVAL (22).
            .Expect(Hex("0400 1000 18000000 00000000 00000000  08000000 09000500"))
            .Send(Hex("0400 1000 10000000 21000000 16000000"))

            // DEVICE_GET_INFO: argsz 16; the observed answer 16, 0x3, 9, 5.
            .Expect(Hex("0500 0400 20000000 00000000 00000000  10000000 00000000 00000000 00000000"))
            .Send(Hex("0500 0400 20000000 01000000 00000000  10000000 03000000 09000000 05000000"))

            // REGION_READ of 48 bytes at 0 of region 7, the PCI configuration space: a server that names no device class is asked for its IDs.
            .Expect(Hex("0600 0900 20000000 00000000 00000000  0000000000000000 07000000 30000000"))
            .Send(
                Hex("0600 0900 50000000 01000000 00000000  0000000000000000 07000000 30000000"),
                Hex("34124c50 00000000 02000000"), new byte[0x20], Hex("b3154c51"))

            // GET and SET of MIG_DEVICE_STATE: argsz 16 both; data_fd is -1 in the request.
            .Expect(Hex("0700 1000 18000000 00000000 00000000  10000000 02000100"))
            .Send(Hex("0700 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000"))
            .Expect(Hex("0800 1000 20000000 00000000 00000000  10000000 02000200 06000000 ffffffff"))
            .Send(Hex("0800 1000 20000000 01000000 00000000  10000000 02000200 06000000 ffffffff"))

            // MIG_DATA_READ of 1024: the measured answer is padded to 1048 bytes, argsz 16, size 8.
            .Expect(Hex("0900 1100 18000000 00000000 00000000  08040000 00040000"))
            .Send(Hex("0900 1100 18040000 01000000 00000000  10000000 08000000 0102030405060708"), new byte[1016])

            // MIG_DATA_WRITE of 3 bytes; the answer is a header only.
            .Expect(Hex("0a00 1200 1b000000 00000000 00000000  0b000000 03000000 aabbcc"))
            .Send(Hex("0a00 1200 10000000 01000000 00000000"))

            // DEVICE_RESET has no payload either way.
            .Expect(Hex("0b00 0d00 10000000 00000000 00000000"))
            .Send(Hex("0b00 0d00 10000000 01000000 00000000"));

        using var device = server.Open();
        var offer = device.Offer;
        Assert.Equal(MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy, offer.Capabilities);
        Assert.Equal(Answer.Yes, offer.OffersReset);
        Assert.All([offer.OffersDataSize, offer.OffersDeadline, offer.OffersPreCopyInfo, offer.OffersArcLatency], answer => Assert.Equal(Answer.No, answer));
        Assert.False(offer.StreamRestartsAtStopCopy);
        Assert.Equal(new Arc(DeviceState.PreCopy, DeviceState.StopCopy), offer.CommitArc);
        Assert.Equal("vfio-user/1234:504c:15b3:514c/02", offer.DeviceClass);

        Assert.Equal(DeviceState.Running, device.GetState());
        Assert.Equal(ArcOutcome.Completed, device.SetState(DeviceState.PreCopy).Outcome);
        var buffer = new byte[1024];
        Assert.Equal(8, device.Read(buffer));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], buffer[..8]);
        device.Write([0xaa, 0xbb, 0xcc]);
        device.Reset();
        server.Verify();
    }

    [Fact]
    public void The_private_features_are_asked_with_exactly_these_bytes()
    {
        using var server = new ScriptedServer()
            .Handshake("""{"capabilities":{"x-deadline-v1":true,"x-precopy-info-v1":true}}""")
            .Expect(ProbeMigration).Send(ProbeMigrationReply)
            .Expect(ProbeState).Send(ProbeStateReply)
            .Expect(GetMigration).Send(Hex("0300 1000 20000000 01000000 00000000  10000000 01000100 0700000000000000"))

            // PROBE|SET 0xfd01, PROBE|GET 9, PROBE|GET 0xfd03, PROBE|GET 0xfd02: argsz 8, no data.
            .Expect(Hex("0400 1000 18000000 00000000 00000000  08000000 01fd0600"))
            .Send(Hex("0400 1000 18000000 01000000 00000000  08000000 01fd0600"))
            .Expect(Hex("0500 1000 18000000 00000000 00000000  08000000 09000500"))
            .Send(Hex("0500 1000 18000000 01000000 00000000  08000000 09000500"))
            .Expect(Hex("0600 1000 18000000 00000000 00000000  08000000 03fd0500"))
            .Send(Hex("0600 1000 18000000 01000000 00000000  08000000 03fd0500"))
            .Expect(Hex("0700 1000 18000000 00000000 00000000  08000000 02fd0500"))
            .Send(Hex("0700 1000 18000000 01000000 00000000  08000000 02fd0500"))
            .Expect(Hex("0800 0400 20000000 00000000 00000000  10000000 00000000 00000000 00000000"))
            .Send(Hex("0800 0400 20000000 01000000 00000000  10000000 00000000 09000000 05000000"))

            // GET 9: argsz 16.
            .Expect(Hex("0900 1000 18000000 00000000 00000000  10000000 09000100"))
            .Send(Hex("0900 1000 20000000 01000000 00000000  10000000 09000100 0000010000000000"))

            // GET 0xfd03: argsz 32.
            .Expect(Hex("0a00 1000 18000000 00000000 00000000  20000000 03fd0100"))
            .Send(Hex("0a00 1000 30000000 01000000 00000000  20000000 03fd0100 0010000000000000 0020000000000000 01000000 00000000"))

            // GET 0xfd02 for RUNNING_P2P->STOP carries its 16 bytes both ways: argsz 24.
            .Expect(Hex("0b00 1000 28000000 00000000 00000000  18000000 02fd0100 05000000 01000000 0000000000000000"))
            .Send(Hex("0b00 1000 28000000 01000000 00000000  18000000 02fd0100 05000000 01000000 40420f0000000000"))

            // GET 2, then SET 0xfd01 with 40 bytes: argsz 48.
            .Expect(Hex("0c00 1000 18000000 00000000 00000000  10000000 02000100"))
            .Send(Hex("0c00 1000 20000000 01000000 00000000  10000000 02000100 05000000 00000000"))
            .Expect(Hex("""
                0d00 1000 40000000 00000000 00000000  30000000 01fd0200
                01000000 ffffffff efcdab8967452301 0000000000000000 0000000000000000 00000000 00000000
                """))
            .Send(Hex("""
                0d00 1000 40000000 01000000 00000000  30000000 01fd0200
                01000000 ffffffff efcdab8967452301 2000000000000000 1000000000000000 01000000 00000000
                """));

        using var device = server.Open();
        var offer = device.Offer;
        Assert.All([offer.OffersDataSize, offer.OffersDeadline, offer.OffersPreCopyInfo, offer.OffersArcLatency], answer => Assert.Equal(Answer.Yes, answer));
        Assert.Equal(Answer.No, offer.OffersReset);
        Assert.Equal(65536, device.GetDataSizeBytes());
        Assert.Equal(new PreCopyInfo(4096, 8192, true), device.GetPreCopyInfo());
        Assert.Equal(TimeSpan.FromMilliseconds(1), device.GetWorstArcLatency(new Arc(DeviceState.RunningP2P, DeviceState.Stop)));
        var result = device.SetStateBy(DeviceState.Stop, 0x0123456789abcdef);
        Assert.Equal((ArcOutcome.Completed, DeviceState.Stop), (result.Outcome, result.State));
        server.Verify();
    }
}
