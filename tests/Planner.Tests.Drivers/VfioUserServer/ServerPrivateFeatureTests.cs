using System.Buffers.Binary;
using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerPrivateFeatureTests
{
    private const string Key = "x-deadline-v1";
    private const ulong FarAway = long.MaxValue;

    // Two arcs of 20 ms from PRE_COPY to STOP_COPY.
    private static readonly DeviceProfile Capable = TestServer.Quick() with
    {
        DefaultLatency = TestProfiles.Always(TimeSpan.FromMilliseconds(20)),
        Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, true),
        ReportsArcLatency = true,
        DataSize = DataSizeMeaning.Total,
        PreCopy = new PreCopyProfile(60_000, 0, 0, 0),
    };

    [Fact]
    public void A_deadline_that_fits_is_kept_and_the_reply_says_what_was_expected_and_taken()
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate(Key);
        Assert.Equal(Hex("08000000 01FD0600"), client.Feature(8, 0x6FD01).Payload);
        client.Go(PreCopy);

        var (error, payload) = SetStateBy(client, StopCopy, FarAway);

        Assert.Equal(Errno.None, error);
        Assert.Equal(48, payload.Length);
        Assert.Equal(Hex("30000000 01FD0200 03000000 FFFFFFFF FFFFFFFFFFFFFF7F"), payload[..24]);
        Assert.Equal(40_000_000UL, BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(24)));
        Assert.True(BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(32)) >= 40_000_000UL);
        Assert.Equal(Hex("03000000 00000000"), payload[40..]);
    }

    [Fact]
    public void A_deadline_that_will_not_fit_is_ETIME_and_nothing_happened()
    {
        var clock = new VirtualClock();
        using var server = new TestServer(profile: Capable, clock: clock);
        using var client = server.Negotiate(Key);
        client.Go(PreCopy);

        Assert.Equal(Errno.ETIME, SetStateBy(client, StopCopy, In(39, clock)).Error);
        Assert.Equal(PreCopy, client.GetState());
    }

    [Fact]
    public void A_device_that_lies_in_its_estimate_gives_up_at_the_deadline_with_ETIMEDOUT()
    {
        // 20 ms an arc and an estimate of 0.02 ms for both: with 30 ms left it is in the second arc when it gives up.
        var clock = new VirtualClock();
        using var server = new TestServer(profile: Capable, options: new SimulatedDeviceOptions { EstimateFactor = 0.001 }, clock: clock);
        using var client = server.Negotiate(Key);
        client.Go(PreCopy);

        Assert.Equal(Errno.ETIMEDOUT, SetStateBy(client, StopCopy, In(30, clock)).Error);
        Assert.Contains(client.GetState(), new[] { PreCopy, PreCopyP2P });
    }

    [Fact]
    public void A_device_that_cannot_abort_completes_late_and_succeeds()
    {
        var profile = Capable with { Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, false) };
        var clock = new VirtualClock();
        using var server = new TestServer(profile: profile, options: new SimulatedDeviceOptions { EstimateFactor = 0.001 }, clock: clock);
        using var client = server.Negotiate(Key);
        client.Go(PreCopy);

        Assert.Equal(Errno.None, SetStateBy(client, StopCopy, In(30, clock)).Error);
        Assert.Equal(StopCopy, client.GetState());
    }

    [Theory]
    [InlineData(3, 0UL, 0u)] // no deadline
    [InlineData(3, FarAway, 1u)] // flags
    [InlineData(99, FarAway, 0u)]
    [InlineData(0, FarAway, 0u)]
    public void A_malformed_deadline_is_EINVAL(int target, ulong deadline, uint flags)
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate(Key);
        client.Go(PreCopy);

        Assert.Equal(Errno.EINVAL, SetStateBy(client, (DeviceState)target, deadline, flags).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(47, 0x2FD01, new byte[39]).Error);
        Assert.Equal(PreCopy, client.GetState());
    }

    [Fact]
    public void Its_number_is_that_of_the_profile()
    {
        using var server = new TestServer(profile: Capable with { Deadline = new DeadlineProfile(DeadlineShape.A, 0xab12, true) });
        using var client = server.Negotiate(Key);

        Assert.Equal(Errno.None, client.Feature(8, 0x6AB12).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(8, 0x6FD01).Error);
    }

    [Fact]
    public void The_worst_latency_of_arcs_sums_over_the_path()
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate("x-arc-latency-v1");

        // PRE_COPY to STOP_COPY: 40 ms. The request carries all 16 bytes, or the 8 that are read.
        const string Expected = "18000000 02FD0100 06000000 03000000 005A620200000000";
        Assert.Equal(Hex(Expected), client.Feature(24, 0x1FD02, [.. U32(6, 3), .. U64(0)]).Payload);
        Assert.Equal(Hex(Expected), client.Feature(24, 0x1FD02, U32(6, 3)).Payload);
        Assert.Equal(Errno.EINVAL, client.Feature(24, 0x1FD02, U32(3, 6)).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(24, 0x1FD02, U32(6)).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(23, 0x1FD02, U32(6, 3)).Error);
    }

    [Fact]
    public void Pre_copy_bytes_are_told_in_pre_copy_alone()
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate("x-precopy-info-v1");
        Assert.Equal(Errno.EINVAL, client.Feature(32, 0x1FD03).Error);

        client.Go(PreCopy);
        client.Read(10_000);

        Assert.Equal(Hex("20000000 03FD0100 50C3000000000000 0000000000000000 00000000 00000000"), client.Feature(32, 0x1FD03).Payload);
    }

    [Fact]
    public void A_device_that_started_again_says_so()
    {
        using var server = new TestServer(profile: Capable with { PreCopy = new PreCopyProfile(60_000, 0, 0, 1) });
        using var client = server.Negotiate("x-precopy-info-v1");
        client.Go(PreCopy);
        client.Read(60_000);
        client.Read(1);

        Assert.Equal(Hex("20000000 03FD0100 60EA000000000000 0000000000000000 01000000 00000000"), client.Feature(32, 0x1FD03).Payload);
    }

    [Fact]
    public void The_data_size_is_told_in_every_state()
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate();
        foreach (var state in new[] { Running, PreCopy, StopCopy, Stop, Resuming })
        {
            client.Go(state);
            Assert.Equal(Hex("10000000 09000100 A086010000000000"), client.Feature(16, 0x10009).Payload);
        }
    }

    [Fact]
    public void Nothing_private_exists_for_a_client_that_did_not_propose_it()
    {
        using var server = new TestServer(profile: Capable);
        using var client = server.Negotiate();

        Assert.All(new uint[] { 0x4FD01, 0x4FD02, 0x4FD03 }, flags => Assert.Equal(Errno.EINVAL, client.Feature(8, flags).Error));
    }

    [Fact]
    public void A_server_without_data_size_and_private_features_has_none_of_them()
    {
        using var server = new TestServer(ServerBehaviour.LibvfioUser, Capable);
        using var client = server.Negotiate(Key, "x-arc-latency-v1", "x-precopy-info-v1");

        Assert.All(new uint[] { 0x40009, 0x4FD01, 0x4FD02, 0x4FD03 }, flags => Assert.Equal(Errno.EINVAL, client.Feature(8, flags).Error));
    }

    private static ulong In(int milliseconds, VirtualClock clock) => (ulong)clock.NowNanoseconds + ((ulong)milliseconds * 1_000_000);

    private static (Errno Error, byte[] Payload) SetStateBy(RawClient client, DeviceState target, ulong deadline, uint flags = 0) =>
        client.Feature(48, 0x2FD01, [.. U32((uint)target, 0xFFFFFFFF), .. U64(deadline, 0, 0), .. U32(0, flags)]);
}
