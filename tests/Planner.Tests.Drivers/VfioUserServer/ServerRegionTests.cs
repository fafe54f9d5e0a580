using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerRegionTests
{
    [Fact]
    public void A_server_of_the_old_protocol_has_a_migration_region_and_refuses_the_features()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { Migration = MigrationSupport.V1RegionOnly });
        using var client = server.Negotiate();

        // 10 regions; the last has a capability of id 2, version 1: type 3, subtype 1.
        Assert.Equal(Hex("10000000 03000000 0A000000 05000000"), client.Ask(4, U32(16, 0, 0, 0)).Payload);
        Assert.Equal(
            Hex("30000000 0B000000 09000000 20000000 0010000000000000 0000000000000000  0200 0100 00000000 03000000 01000000"),
            client.Ask(5, U32(256, 0, 9, 0, 0, 0, 0, 0)).Payload);

        // Without room for the capability: the size it needs, and no capability.
        Assert.Equal(
            Hex("30000000 0B000000 09000000 00000000 0010000000000000 0000000000000000"),
            client.Ask(5, U32(32, 0, 9, 0, 0, 0, 0, 0)).Payload);

        Assert.Equal(Errno.EINVAL, client.Feature(8, 0x40001).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(8, 0x70002).Error);
        Assert.Equal(Errno.EINVAL, client.Read(10).Error);
    }

    [Theory]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ENOTTY)]
    public void A_server_without_migration_refuses_the_features(Errno errno)
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { Migration = MigrationSupport.None, UnknownFeatureErrno = errno });
        using var client = server.Negotiate();

        Assert.Equal(errno, client.Feature(8, 0x40001).Error);
        Assert.Equal(errno, client.Feature(16, 0x10002).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(5, U32(32, 0, 9, 0, 0, 0, 0, 0)).Error);
    }

    [Fact]
    public void Other_regions_have_no_capabilities_and_most_are_empty()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(
            Hex("20000000 03000000 00000000 00000000 0010000000000000 0000000000000000"), client.Ask(5, U32(32, 0, 0, 0, 0, 0, 0, 0)).Payload);
        Assert.Equal(
            Hex("20000000 00000000 06000000 00000000 0000000000000000 0000000000000000"), client.Ask(5, U32(32, 0, 6, 0, 0, 0, 0, 0)).Payload);
        Assert.Equal(
            Hex("20000000 03000000 07000000 00000000 0001000000000000 0000000000000000"), client.Ask(5, U32(32, 0, 7, 0, 0, 0, 0, 0)).Payload);
        Assert.Equal(Errno.EINVAL, client.Ask(5, U32(31, 0, 0, 0, 0, 0, 0, 0)).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(5, U32(32, 0, 0)).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(4, U32(15, 0, 0, 0)).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(4, U32(16)).Error);
    }

    [Fact]
    public void The_register_keeps_what_is_written_and_the_rest_of_its_region_reads_as_zero()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Ask(10, [.. U64(0), .. U32(0, 8), .. U64(0x1122334455667788)]);

        // Two bytes in the middle, then a read across the end of the register.
        Assert.Equal(Hex("0200000000000000 00000000 02000000"), client.Ask(10, [.. U64(2), .. U32(0, 2), 0xAA, 0xBB]).Payload);
        Assert.Equal(Hex("0000000000000000 00000000 0A000000 8877AABB44332211 0000"), client.Ask(9, [.. U64(0), .. U32(0, 10)]).Payload);

        client.Ask(10, [.. U64(6), .. U32(0, 4), 1, 2, 3, 4]);
        Assert.Equal(Hex("0102 0000"), client.Ask(9, [.. U64(6), .. U32(0, 4)]).Payload[16..]);
    }

    [Theory]
    [InlineData(4096UL, 0u, 1u)]
    [InlineData(4095UL, 0u, 2u)]
    [InlineData(ulong.MaxValue, 0u, 8u)]
    [InlineData(0UL, 0u, uint.MaxValue)]
    [InlineData(0UL, 1u, 8u)]
    [InlineData(256UL, 7u, 1u)]
    [InlineData(0UL, 7u, 257u)]
    [InlineData(0UL, 8u, 1u)]
    [InlineData(0UL, uint.MaxValue, 0u)]
    public void An_access_outside_of_the_region_is_EINVAL(ulong offset, uint region, uint count)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(Errno.EINVAL, client.Ask(9, [.. U64(offset), .. U32(region, count)]).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(10, [.. U64(offset), .. U32(region, count), .. new byte[8]]).Error);
        Assert.Equal(Errno.EINVAL, client.Ask(10, [.. U64(0), .. U32(0, 8), 1, 2, 3]).Error);
    }

    [Fact]
    public void The_configuration_space_has_the_identity_of_a_PCI_device_and_keeps_it()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        // Vendor, device, command, status; revision 1, class 0xff; header type 0; one BAR; subsystem; neither capabilities nor an interrupt.
        var space = Config(client, 0, 256);
        Assert.Equal(Hex("34124c50 00000000 010000ff 00000000 00000000"), space[..20]);
        Assert.Equal(Hex("34124c50"), space[0x2c..0x30]);
        Assert.All(space[0x30..], value => Assert.Equal(0, value));

        client.Ask(10, [.. U64(0), .. U32(7, 256), .. Enumerable.Repeat((byte)0xff, 256)]);

        // Command bits, cache line, the BAR's address above its 4 KiB and the interrupt line are for software; all else stays.
        space = Config(client, 0, 256);
        Assert.Equal(Hex("34124c50 47050000 010000ff ff000000 00f0ffff 00000000"), space[..24]);
        Assert.Equal(Hex("ff000000"), space[0x3c..0x40]);

        Assert.Equal(Errno.None, client.Ask(13, []).Error);
        Assert.Equal(Hex("34124c50 00000000"), Config(client, 0, 8));
    }

    [Theory]
    [InlineData(0u, "3412")]
    [InlineData(2u, "4c50")]
    [InlineData(8u, "010000ff")]
    [InlineData(255u, "00")]
    public void The_configuration_space_is_read_in_any_width(uint offset, string bytes)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(Hex(bytes), Config(client, offset, (uint)bytes.Length / 2));
    }

    [Theory]
    [InlineData(0u, 0x100000UL, 0x40000UL, Errno.None, 0)]
    [InlineData(0u, 0x200000UL, 0x40000UL, Errno.ENOENT, 2)]
    [InlineData(2u, 0UL, 0UL, Errno.None, 0)]
    [InlineData(2u, 0x100000UL, 0x40000UL, Errno.EINVAL, 2)]
    [InlineData(2u, 0UL, 0x40000UL, Errno.EINVAL, 2)]
    [InlineData(3u, 0UL, 0UL, Errno.EINVAL, 2)]
    [InlineData(1u, 0x100000UL, 0x40000UL, Errno.EOPNOTSUPP, 2)]
    [InlineData(4u, 0x100000UL, 0x40000UL, Errno.EOPNOTSUPP, 2)]
    [InlineData(0x80000000u, 0x100000UL, 0x40000UL, Errno.EOPNOTSUPP, 2)]
    public void DMA_UNMAP_takes_one_mapping_or_all_of_them_and_refuses_other_flags(uint flags, ulong address, ulong size, Errno expected, int leastLeft)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        Assert.Equal(Errno.None, client.Ask(2, [.. U32(32, 3), .. U64(0, 0x100000, 0x40000)]).Error);
        Assert.Equal(Errno.None, client.Ask(2, [.. U32(32, 3), .. U64(0, 0x400000, 0x40000)]).Error);

        Assert.Equal(expected, client.Ask(3, [.. U32(24, flags), .. U64(address, size)]).Error);

        // What is still mapped cannot be mapped again.
        var left = new ulong[] { 0x100000, 0x400000 }.Count(at => client.Ask(2, [.. U32(32, 3), .. U64(0, at, 0x40000)]).Error == Errno.EEXIST);
        Assert.Equal(expected == Errno.None ? (flags == 2 ? 0 : 1) : leastLeft, left);
    }

    [Theory]
    [InlineData(0u, Errno.None)]
    [InlineData(3u, Errno.None)]
    [InlineData(4u, Errno.EINVAL)]
    [InlineData(0x80000003u, Errno.EINVAL)]
    public void DMA_MAP_refuses_flags_that_are_neither_read_nor_write(uint flags, Errno expected)
    {
        using var server = new TestServer();
        using var client = server.Negotiate();

        Assert.Equal(expected, client.Ask(2, [.. U32(32, flags), .. U64(0, 0x100000, 0x40000)]).Error);
    }

    [Fact]
    public void Mapped_memory_is_logged_as_libvfio_user_logs_it()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        Assert.Equal(Errno.EINVAL, Report(client, 0x100000, 0x40000, 4096).Error);
        Assert.Equal((Errno.None, 0), Described(client.Ask(2, [.. U32(32, 3), .. U64(0, 0x100000, 0x40000)])));
        Assert.Equal(Errno.EEXIST, client.Ask(2, [.. U32(32, 3), .. U64(0, 0x13F000, 0x2000)]).Error);

        Assert.Equal(Errno.EINVAL, Start(client, 0));
        Assert.Equal(Errno.None, Start(client, 4096));
        Assert.Equal(Errno.None, Start(client, 4096));
        Assert.Equal(Errno.EINVAL, Start(client, 8192));

        // 64 pages: one word of bits.
        Assert.Equal(
            Hex("28000000 08000100 0000100000000000 0000040000000000 0010000000000000 0000000000000000"),
            Report(client, 0x100000, 0x40000, 4096).Payload);
        Assert.Equal(Errno.None, Report(client, 0x100000, 0x40000, 2048).Error);
        Assert.Equal(Errno.None, Report(client, 0x100000, 0x40000, 8192).Error);
        Assert.Equal(Errno.EINVAL, Report(client, 0x100000, 0x40000, 5000).Error);
        Assert.Equal(Errno.EINVAL, Report(client, 0x100000, 0x40000, 0).Error);
        Assert.Equal(Errno.ENOENT, Report(client, 0x200000, 0x40000, 4096).Error);
        Assert.Equal(Errno.EOPNOTSUPP, Report(client, 0x100000, 0x20000, 4096).Error);
        client.Go(StopCopy);
        Assert.Equal(Errno.None, Report(client, 0x100000, 0x40000, 4096).Error);
        client.Go(Stop, Running);

        Assert.Equal(Errno.None, client.Feature(8, 0x20007).Error);
        Assert.Equal(Errno.None, client.Feature(8, 0x20007).Error);
        Assert.Equal(Errno.EINVAL, Report(client, 0x100000, 0x40000, 4096).Error);
        Assert.Equal(Errno.ENOENT, client.Ask(3, [.. U32(24, 0), .. U64(0x100000, 0x20000)]).Error);
        Assert.Equal(
            Hex("18000000 00000000 0000100000000000 0000040000000000"), client.Ask(3, [.. U32(24, 0), .. U64(0x100000, 0x40000)]).Payload);
    }

    [Fact]
    public void A_bitmap_above_what_the_client_takes_is_EINVAL()
    {
        using var server = new TestServer();
        using var client = server.Negotiate();
        client.Ask(2, [.. U32(32, 3), .. U64(0, 0, 1UL << 62)]);
        Start(client, 4096);

        Assert.Equal(Errno.EINVAL, Report(client, 0, 1UL << 62, 1).Error);
        Assert.Equal(Errno.EINVAL, client.Feature(39, 0x10008, U64(0, 1UL << 62, 1UL << 56)).Error);
        Assert.Equal(Errno.None, client.Feature(40, 0x10008, U64(0, 1UL << 62, 1UL << 56)).Error);
    }

    private static byte[] Config(RawClient client, uint offset, uint count) => client.Ask(9, [.. U64(offset), .. U32(7, count)]).Payload[16..];

    private static Errno Start(RawClient client, ulong pageBytes) => client.Feature(24, 0x20006, [.. U64(pageBytes), .. U32(0, 0)]).Error;

    private static (Errno Error, byte[] Payload) Report(RawClient client, ulong address, ulong length, ulong pageBytes) =>
        client.Feature(65_536, 0x10008, U64(address, length, pageBytes));

    private static (Errno Error, int Bytes) Described((Errno Error, byte[] Payload) answer) => (answer.Error, answer.Payload.Length);
}
