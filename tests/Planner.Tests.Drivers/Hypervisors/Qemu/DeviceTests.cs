using Planner.Engine;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

/// <summary>Passed-through devices as QEMU shows them; the answers are those of QEMU 10.0 and 11.1.</summary>
public sealed class DeviceTests
{
    private const string Devices = """[{"name": "type", "type": "string"}, {"name": "dev0", "type": "child<vfio-pci>"}, {"name": "net0", "type": "child<virtio-net-pci>"}]""";
    private const string Pci = """
        [{"bus": 0, "devices": [{"bus": 0, "slot": 5, "function": 0, "qdev_id": "dev0", "class_info": {"class": 65280}, "id": {"device": 19521, "vendor": 4660, "subsystem-vendor": 4660, "subsystem": 7}, "regions": []}]}]
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_offer_names_the_devices_with_model_and_whether_they_tell_their_arcs()
    {
        await using var qemu = WithDevice();
        await using var machine = await qemu.OpenAsync();

        var device = Assert.Single(machine.Offer.Devices);
        Assert.Equal(("dev0", "1234:4c41:1234:0007", true, "on"), (device.Name, device.Model, device.TellsArcs, device.Migration));
        Assert.Equal("qemu/10.0/kvm/vfio/1234:4c41:1234:0007", machine.Offer.MachineClass);
    }

    [Fact]
    public async Task A_device_without_an_id_is_found_by_its_place()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["qom-list /machine/peripheral-anon"] = () => """[{"name": "device[0]", "type": "child<vfio-pci>"}]""";
        qemu.Answers["query-pci"] = () => Pci.Replace("\"qdev_id\": \"dev0\"", "\"qdev_id\": \"\"", StringComparison.Ordinal);
        qemu.Answers["qom-get /machine/peripheral-anon/device[0] addr"] = () => "40";
        qemu.Answers["qom-get /machine/peripheral-anon/device[0]"] = () => "!no such property";
        await using var machine = await qemu.OpenAsync();

        var device = Assert.Single(machine.Offer.Devices);
        Assert.Equal(("/machine/peripheral-anon/device[0]", "1234:4c41:1234:0007"), (device.Name, device.Model));
    }

    [Fact]
    public async Task Without_the_property_the_arcs_are_not_told_and_the_class_is_another()
    {
        await using var qemu = WithDevice(events: "false");
        await using var machine = await qemu.OpenAsync();

        Assert.False(machine.Offer.TellsArcs);
        Assert.EndsWith("/whole", machine.Offer.MachineClass, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("!Property 'vfio-pci.migration-events' not found", false)]
    [InlineData("!the device is being removed", null)]
    public async Task That_a_device_has_no_such_property_is_a_no_and_any_other_refusal_is_none(string answer, bool? expected)
    {
        await using var qemu = WithDevice(events: answer);
        await using var machine = await qemu.OpenAsync();

        Assert.Equal(expected, Assert.Single(machine.Offer.Devices).TellsArcs);
        Assert.False(machine.Offer.TellsArcs);
    }

    [Fact]
    public async Task A_QEMU_that_does_not_say_which_devices_it_has_is_taken_and_said_to_be_so()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["qom-list"] = () => "!no such thing";
        await using var machine = await qemu.OpenAsync();

        Assert.False(machine.Offer.TellsDevices);
        Assert.Empty(machine.Offer.Devices);
    }

    [Fact]
    public async Task A_property_that_is_missing_or_strange_is_not_known()
    {
        await using var qemu = WithDevice(events: "{\"a\": [1]}");
        qemu.Answers["query-pci"] = () => "!not here";
        await using var machine = await qemu.OpenAsync();

        var device = Assert.Single(machine.Offer.Devices);
        Assert.Null(device.Model);
        Assert.Null(device.TellsArcs);
        Assert.False(machine.Offer.TellsArcs);
        Assert.StartsWith("unknown/", device.Class, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vfiolab.0: Failed to get DMA logging report - iova: 0x0 - size: 0x1000, err: -95 (Operation not supported)", "IOMMUFD_DRIVER")]
    [InlineData("ram_save_setup failed: Operation not supported", "IOMMUFD_DRIVER")]
    [InlineData("vfiolab.0: VFIO device doesn't support device and IOMMU dirty tracking", "enable-migration=on")]
    [InlineData("vfiolab.0: Migration is disabled for VFIO device", "enable-migration=on")]
    public async Task What_keeps_a_device_from_migrating_is_told_with_what_to_do(string words, string advice)
    {
        await using var qemu = WithDevice();
        qemu.Answers["query-migrate"] = () => $$"""{"blocked-reasons": ["{{words}}"], "status": "failed", "error-desc": "{{words}}"}""";
        await using var machine = await qemu.OpenAsync();

        Assert.Contains(advice, Assert.Single(machine.Offer.BlockedReasons), StringComparison.Ordinal);
        Assert.Contains(advice, (await machine.ReportAsync(TimeSpan.FromSeconds(5), Cancellation)).Error!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/sys/../etc")]
    [InlineData("sys/x")]
    [InlineData("")]
    public void Nothing_outside_of_sysfs_is_read_on_a_peers_word(string folder) => Assert.Null(QemuDevices.HostFolder(folder, null));

    [Theory]
    [InlineData("pre-copy-p2p", DeviceState.PreCopyP2P, false)]
    [InlineData("pre-copy-p2p-prepare", DeviceState.PreCopyP2P, true)]
    [InlineData("stop-copy", DeviceState.StopCopy, false)]
    [InlineData("running-p2p", DeviceState.RunningP2P, false)]
    [InlineData("resuming", DeviceState.Resuming, false)]
    public async Task What_a_device_does_is_told_with_its_time(string word, DeviceState state, bool isPreparing)
    {
        await using var qemu = WithDevice();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("VFIO_MIGRATION", $$"""{"device-state": "{{word}}", "device-id": "dev0", "qom-path": "/machine/peripheral/dev0"}""");

        var moved = await qemu.UntilAsync<DeviceStateChanged>();
        Assert.Equal(("dev0", state, isPreparing), (moved.Device, moved.State, moved.IsPreparing));
        Assert.True(moved.HappenedAt > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_device_without_an_id_is_known_by_its_path_and_a_state_that_is_not_known_is_passed_over()
    {
        await using var qemu = WithDevice();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("VFIO_MIGRATION", """{"device-state": "levitating", "device-id": "dev0", "qom-path": "/x"}""");
        await qemu.EventAsync("VFIO_MIGRATION", """{"device-state": "stop", "qom-path": "/machine/peripheral-anon/device[0]"}""");

        Assert.Equal("/machine/peripheral-anon/device[0]", (await qemu.UntilAsync<DeviceStateChanged>()).Device);
    }

    [Fact]
    public async Task A_name_from_a_peer_has_a_limit_and_nothing_that_a_terminal_obeys()
    {
        await using var qemu = WithDevice();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("VFIO_MIGRATION", $$"""{"device-state": "stop", "device-id": "\u001b[2J{{new string('x', 5000)}}"}""");

        var moved = await qemu.UntilAsync<DeviceStateChanged>();
        Assert.InRange(moved.Device.Length, 100, 200);
        Assert.DoesNotContain(moved.Device, char.IsControl);
    }

    [Fact]
    public async Task A_stop_is_told_with_the_last_pass_before_it()
    {
        await using var qemu = WithDevice();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": 2}""");
        await qemu.EventAsync("STOP");

        Assert.Equal(TimeSpan.FromSeconds(1700000000.25), (await qemu.UntilAsync<GuestStopped>()).LastPassAt);
    }

    [Theory]
    [InlineData("7", "8", "true", "true", "differs")]
    [InlineData("7", null, "true", "true", "has none of that name")]
    [InlineData(null, "7", "true", "true", "has none of that name")]
    [InlineData("7", "7", "true", "false", "migration-events=on")]
    public async Task Two_machines_with_other_devices_are_refused(string? here, string? there, string eventsHere, string eventsThere, string words)
    {
        await using var from = here is null ? new ScriptedQemu() : WithDevice(eventsHere, subsystem: here);
        await using var to = there is null ? new ScriptedQemu() : WithDevice(eventsThere, subsystem: there);
        await using var source = await from.OpenAsync();
        await using var destination = await to.OpenAsync();

        var e = Assert.Throws<PlanRefusedException>(() => HypervisorMatch.Check(source, destination));
        Assert.Contains("dev0", e.Message, StringComparison.Ordinal);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_named_as_the_machine_is_in_explanations_is_refused()
    {
        await using var from = new ScriptedQemu();
        await using var to = new ScriptedQemu();
        foreach (var qemu in new[] { from, to })
        {
            qemu.Answers["qom-list /machine/peripheral"] = () => """[{"name": "machine", "type": "child<vfio-pci>"}]""";
            qemu.Answers["qom-get /machine/peripheral/machine"] = () => "!no such property";
        }

        await using var source = await from.OpenAsync();
        await using var destination = await to.OpenAsync();

        Assert.Contains("another id", Assert.Throws<PlanRefusedException>(() => HypervisorMatch.Check(source, destination)).Message, StringComparison.Ordinal);
    }

    private static ScriptedQemu WithDevice(string events = "true", string subsystem = "7")
    {
        var qemu = new ScriptedQemu();
        qemu.Answers["qom-list /machine/peripheral"] = () => Devices;
        qemu.Answers["query-pci"] = () => Pci.Replace("\"subsystem\": 7", $"\"subsystem\": {subsystem}", StringComparison.Ordinal);
        qemu.Answers["qom-get /machine/peripheral/dev0 enable-migration"] = () => "\"on\"";
        qemu.Answers["qom-get /machine/peripheral/dev0 migration-events"] = () => events;
        qemu.Answers["qom-get /machine/peripheral/dev0"] = () => "!no such property";
        return qemu;
    }
}
