using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;
using Xunit;
using static Planner.Tests.VfioUser.Wire;

namespace Planner.Tests.VfioUser;

public sealed class ProbingTests
{
    private const string AllKeys = """
        {"capabilities":{"x-deadline-v1":true,"x-arc-latency-v1":true,"x-precopy-info-v1":true,"x-device-class":"sim/fast-nic/1.0",
        "x-commit-arc":"RUNNING_P2P->STOP","x-data-size-meaning":"remaining","x-stream-restarts":true}}
        """;

    private static string Key(string key, string value) => $$$"""{"capabilities":{"{{{key}}}":{{{value}}}}}""";

    [Fact]
    public void Everything_a_server_states_and_a_probe_confirms_is_offered()
    {
        using var server = new ScriptedServer().Handshake(AllKeys).Migration(7)
            .ProbeOf(Set | 0xfd01, null).ProbeOf(Get | 9, null).ProbeOf(Get | 0xfd03, null).ProbeOf(Get | 0xfd02, null).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(
            new DeviceOffer
            {
                DeviceClass = "sim/fast-nic/1.0",
                Capabilities = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy,
                CommitArc = new Arc(DeviceState.RunningP2P, DeviceState.Stop),
                OffersDataSize = Answer.Yes,
                DataSizeMeaning = DataSizeMeaning.Remaining,
                OffersPreCopyInfo = Answer.Yes,
                OffersArcLatency = Answer.Yes,
                OffersDeadline = Answer.Yes,
                OffersReset = Answer.Yes,
                StreamRestartsAtStopCopy = true,
                StatedWorstCases = device.Offer.StatedWorstCases,
            },
            device.Offer);
        Assert.Empty(device.Offer.StatedWorstCases);
        server.Verify();
    }

    [Theory]
    [InlineData(22u)]
    [InlineData(25u)]
    [InlineData(38u)]
    [InlineData(95u)]
    [InlineData(0u)]
    public void An_error_on_a_probe_that_says_that_the_feature_is_unknown_means_not_offered(uint error) => AssertProbed(error, Answer.No);

    [Theory]
    [InlineData(5u)]
    [InlineData(16u)]
    [InlineData(13u)]
    public void Any_other_error_on_a_probe_means_that_nobody_could_ask(uint error) => AssertProbed(error, Answer.CouldNotAsk);

    private static void AssertProbed(uint error, Answer expected)
    {
        using var server = new ScriptedServer().Handshake(AllKeys).Migration(7)
            .ProbeOf(Set | 0xfd01, error).ProbeOf(Get | 9, error).ProbeOf(Get | 0xfd03, error).ProbeOf(Get | 0xfd02, error).DeviceInfo();
        using var device = server.Open();
        var offer = device.Offer;
        Assert.All([offer.OffersDeadline, offer.OffersDataSize, offer.OffersPreCopyInfo, offer.OffersArcLatency], answer => Assert.Equal(expected, answer));
        server.Verify();
    }

    [Fact]
    public void A_private_feature_is_not_even_probed_unless_the_server_answered_its_key()
    {
        using var server = new ScriptedServer().PlainOpening(7);
        using var device = server.Open();
        Assert.All([device.Offer.OffersDeadline, device.Offer.OffersPreCopyInfo, device.Offer.OffersArcLatency], answer => Assert.Equal(Answer.No, answer));
        server.Verify();
    }

    [Fact]
    public void Pre_copy_bytes_of_a_device_without_pre_copy_are_not_probed()
    {
        using var server = new ScriptedServer().Handshake(Key("x-precopy-info-v1", "true")).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(Answer.No, device.Offer.OffersPreCopyInfo);
        server.Verify();
    }

    [Fact]
    public void Numbers_of_the_private_features_are_configuration()
    {
        var options = new VfioUserOptions
        {
            Deadline = new DeadlineFeatureOptions { SetStateFeature = 0x8001, ArcLatencyFeature = 0x8002 },
            PreCopyInfoFeature = 0x8003,
        };
        using var server = new ScriptedServer().Handshake(AllKeys).Migration(7)
            .ProbeOf(Set | 0x8001, null).ProbeOf(Get | 9, 22).ProbeOf(Get | 0x8003, null).ProbeOf(Get | 0x8002, null).DeviceInfo();
        using var device = server.Open(options);
        Assert.All([device.Offer.OffersDeadline, device.Offer.OffersPreCopyInfo, device.Offer.OffersArcLatency], answer => Assert.Equal(Answer.Yes, answer));
        server.Verify();
    }

    [Theory]
    [InlineData(22u)]
    [InlineData(25u)]
    [InlineData(0u)]
    public void A_device_that_does_not_answer_the_migration_feature_is_refused_and_the_connection_not_used_any_further(uint error)
    {
        // A server without the command leaves its body in the stream: the next bytes must be the end of the connection.
        using var server = new ScriptedServer().Handshake().ProbeOf(Get | 1, error)
            .Do(client => Assert.Equal(0, client.Receive(new byte[1])))
            .Accept().Handshake().DeviceInfo(0);
        var e = Assert.Throws<DeviceException>(() => server.Open());
        Assert.Equal(DeviceFault.NoMigration, e.Fault);
        server.Verify();
    }

    [Fact]
    public void A_device_that_cannot_set_its_state_is_refused()
    {
        using var server = new ScriptedServer().Handshake().ProbeOf(Get | 1, null).ProbeOf(Get | Set | 2, 22)
            .Accept().Handshake().DeviceInfo(0);
        Assert.Equal(DeviceFault.NoMigration, Assert.Throws<DeviceException>(() => server.Open()).Fault);
        server.Verify();
    }

    [Fact]
    public void Flags_without_stop_copy_are_no_migration()
    {
        using var server = new ScriptedServer().Handshake().Migration(6).Accept().Handshake().DeviceInfo(0);
        Assert.Equal(DeviceFault.NoMigration, Assert.Throws<DeviceException>(() => server.Open()).Fault);
        server.Verify();
    }

    [Fact]
    public void Flags_that_are_not_defined_are_ignored()
    {
        using var server = new ScriptedServer().PlainOpening(0xffff_ffff_ffff_fff9);
        using var device = server.Open();
        Assert.Equal(MigrationCapabilities.StopCopy, device.Offer.Capabilities);
        server.Verify();
    }

    [Fact]
    public void A_device_with_only_the_old_migration_region_is_refused_by_name()
    {
        byte[] Region(int id, params byte[][] capabilities) => Reply(
            id, GetRegionInfo, U32((uint)(32 + Join(capabilities).Length)), U32(capabilities.Length == 0 ? 3u : 11u), U32(0),
            U32(capabilities.Length == 0 ? 0u : 32u), U64(4096), U64(0), Join(capabilities));
        byte[] Ask(int id, uint region) => Command(id, GetRegionInfo, U32(4096), U32(0), U32(region), U32(0), U64(0), U64(0));

        using var server = new ScriptedServer().Handshake().ProbeOf(Get | 1, 25)
            .Accept().Handshake().DeviceInfo(3)
            .Exchange(id => Ask(id, 0), id => Region(id))

            // A sparse-mmap capability (1) in front of a type capability (2) with type 3, subtype 1.
            .Exchange(id => Ask(id, 1), id => Wire.Error(id, GetRegionInfo, 22))
            .Exchange(id => Ask(id, 2), id => Region(
                id, U16(1), U16(1), U32(48), U64(0), U16(2), U16(1), U32(0), U32(3), U32(1)));
        var e = Assert.Throws<DeviceException>(() => server.Open());
        Assert.Equal(DeviceFault.NoMigration, e.Fault);
        Assert.Contains("v1", e.Message, StringComparison.Ordinal);
        server.Verify();
    }

    [Fact]
    public void A_chain_of_region_capabilities_that_never_ends_is_left()
    {
        using var server = new ScriptedServer().Handshake().ProbeOf(Get | 1, 25).Accept().Handshake().DeviceInfo(1)
            .Exchange(
                id => Command(id, GetRegionInfo, U32(4096), U32(0), U32(0), U32(0), U64(0), U64(0)),
                id => Reply(id, GetRegionInfo, U32(48), U32(8), U32(0), U32(32), U64(0), U64(0), U16(1), U16(1), U32(32), U64(0)));
        var e = Assert.Throws<DeviceException>(() => server.Open());
        Assert.Equal(DeviceFault.NoMigration, e.Fault);
        Assert.DoesNotContain("v1", e.Message, StringComparison.Ordinal);
        server.Verify();
    }

    [Fact]
    public void A_device_found_in_stop_copy_is_opened_although_it_refuses_to_describe_itself_and_that_is_no_no()
    {
        using var server = new ScriptedServer().Handshake().Migration(5).ProbeOf(Get | 9, 22)
            .Exchange(
                id => Command(id, GetInfo, U32(16), U32(0), U32(0), U32(0)),
                id => Wire.Error(id, GetInfo, 22))
            .StateIs(3);
        using var device = server.Open();
        Assert.Equal(Answer.CouldNotAsk, device.Offer.OffersReset);
        Assert.Equal(DeviceState.StopCopy, device.GetState());
        server.Verify();
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" mlx5\"")]
    [InlineData("\"line\\nbreak\"")]
    [InlineData("\"escape\\u001b[2J\"")]
    [InlineData("\"Ger\\u00e4t\"")]
    [InlineData("17")]
    [InlineData("null")]
    public void A_device_class_that_cannot_be_printed_counts_as_none(string value)
    {
        using var server = new ScriptedServer().Handshake(Key("x-device-class", value)).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal($"vfio-user/unknown at {server.Address}", device.Offer.DeviceClass);
        server.Verify();
    }

    /// <summary>The head of a configuration space with vendor and device.</summary>
    private static byte[] Ids(ushort vendor, ushort device, int bytes = 0x30)
    {
        var head = new byte[bytes];
        BitConverter.TryWriteBytes(head, vendor);
        BitConverter.TryWriteBytes(head.AsSpan(2), device);
        return head;
    }

    [Fact]
    public void A_device_without_a_name_is_known_by_its_PCI_IDs()
    {
        using var server = new ScriptedServer().Handshake().Migration(1).ProbeOf(Get | 9, 22).DeviceInfo(flags: 3).ConfigSpace(Ids(0x15b3, 0x101e));
        using var device = server.Open();
        Assert.Equal("vfio-user/15b3:101e:0000:0000/00", device.Offer.DeviceClass);
        server.Verify();
    }

    [Theory]
    [InlineData(0, 0x30)]
    [InlineData(0xffff, 0x30)]
    [InlineData(0x15b3, 0x20)]
    [InlineData(0x15b3, -1)]
    public void One_without_PCI_IDs_is_known_by_its_address_so_that_it_shares_with_no_other(ushort vendor, int bytes)
    {
        var head = bytes < 0 ? null : Ids(vendor, 0x101e, bytes);
        using var server = new ScriptedServer().Handshake().Migration(1).ProbeOf(Get | 9, 22).DeviceInfo(flags: 3).ConfigSpace(head);
        using var device = server.Open();
        Assert.Equal($"vfio-user/unknown at {server.Address}", device.Offer.DeviceClass);
        server.Verify();
    }

    [Theory]
    [InlineData("\"nic\"", "nic")]
    [InlineData("17", "acme/dpu")]
    public void An_operator_names_what_its_server_does_not(string told, string expected)
    {
        using var server = new ScriptedServer().Handshake(Key("x-device-class", told)).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        var names = DeviceNamesText.ReadAll($"apiVersion: planner/v1\nkind: DeviceNames\nspec: {{ devices: [ {{ socket: {server.SocketPath}, class: acme/dpu }} ] }}\n", "names.yaml");
        using var device = server.Open(new VfioUserOptions { AskTimeLimit = TimeSpan.FromMinutes(1), ClassOf = path => names.GetValueOrDefault(path) });
        Assert.Equal((expected, Answer.Yes), (device.Offer.DeviceClass, device.Offer.TellsClass));
        server.Verify();
    }

    [Theory]
    [InlineData("{ socket: /a, class: x }, { socket: /./a, class: y }", "names.yaml:4:", "is named twice")]
    [InlineData("{ socket: \" \", class: x }", "names.yaml:4:", "names no socket")]
    [InlineData("{ socket: /a, class: \"\" }", "names.yaml:4:", "printable ASCII")]
    [InlineData("{ socket: /a, class: x, model: y }", "names.yaml:4:", "model")]
    [InlineData("{ class: x }", "names.yaml:4:", "socket")]
    public void Names_that_cannot_be_are_refused_with_their_place(string device, string place, string said)
    {
        var e = Assert.Throws<DocumentException>(() => DeviceNamesText.ReadAll($"apiVersion: planner/v1\nkind: DeviceNames\nspec:\n  devices: [ {device} ]\n", "names.yaml"));
        Assert.StartsWith(place, e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_with_a_name_is_not_asked_for_its_PCI_IDs()
    {
        using var server = new ScriptedServer().Handshake(Key("x-device-class", "\"nic\"")).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo(flags: 3);
        using var device = server.Open();
        Assert.Equal("nic", device.Offer.DeviceClass);
        server.Verify();
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_device_class_has_at_most_128_characters(int length, bool taken)
    {
        var name = new string('n', length);
        using var server = new ScriptedServer().Handshake(Key("x-device-class", $"\"{name}\"")).Migration(1).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(taken ? name : $"vfio-user/unknown at {server.Address}", device.Offer.DeviceClass);
        server.Verify();
    }

    [Theory]
    [InlineData("\"RUNNING_P2P->STOP\"")]
    [InlineData("\"PRE_COPY->RESUMING\"")]
    [InlineData("\"nonsense\"")]
    [InlineData("true")]
    public void A_commit_arc_that_the_device_does_not_have_gives_way_to_the_cautious_one(string value)
    {
        using var server = new ScriptedServer().Handshake(Key("x-commit-arc", value)).Migration(5).ProbeOf(Get | 9, 22).DeviceInfo();
        using var device = server.Open();
        Assert.Equal(new Arc(DeviceState.PreCopy, DeviceState.StopCopy), device.Offer.CommitArc);
        server.Verify();
    }
}
