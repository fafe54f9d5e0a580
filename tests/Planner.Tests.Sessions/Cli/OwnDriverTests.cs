using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Planner.Measurements;
using Planner.Tests.Processes;
using Planner.Tests.Sessions;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>Whoever writes a driver registers it, and every verb reaches what it reaches.</summary>
public sealed class OwnDriverTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly ToyDevices _devices = new();
    private readonly ToyHypervisor _hypervisor = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_device_of_a_drivers_own_is_probed_measured_rehearsed_and_migrated()
    {
        var probed = await RunAsync("probe", "toy:a", "--output", "json");
        Assert.Equal(("toy:a", "RUNNING"), (Report(probed).Text("device"), Report(probed).Text("state")));

        Assert.Equal(3, Report(await RunAsync("measure", "toy:a", "--rounds", "3", "--output", "json")).Number("rounds"));
        Assert.Equal(4, Report(await RunAsync("measure", "toy:a", "--to", "toy:b", "--rounds", "4", "--output", "json")).Number("rounds"));
        Assert.Equal(DeviceState.Running, _devices["a"].State);
        Assert.Equal(_devices.Content, _devices["a"].Content);

        var migrated = await RunAsync("migrate", "toy:a", "toy:b", "--sla", "toys", "--policy", Policy(), "--output", "json");

        Assert.Equal("completed", Report(migrated).Text("outcome"));
        Assert.Equal((DeviceState.Stop, DeviceState.Running), (_devices["a"].State, _devices["b"].State));
        Assert.Equal(_devices.Content, _devices["b"].Content);
    }

    [Fact]
    public async Task A_machine_of_a_drivers_own_is_probed_and_its_migration_begins_on_its_drivers_channel()
    {
        var probed = Report(await RunAsync("probe", "toy-vm:here", "--windows", "1s", "--output", "json"));
        Assert.Equal(("toy-vm:here", "toy 1"), (probed.Text("machine"), probed.Text("version")));

        var refused = await RunAsync("migrate", "toy-vm:here", "toy-vm:there", "--sla", "toys", "--policy", Policy());

        Assert.Equal(5, refused.Status);
        Assert.Contains("a toy does not move", refused.Error, StringComparison.Ordinal);
        Assert.Contains("there: listen ether:there", _hypervisor.Asked);
        Assert.Contains("here: start ether:there", _hypervisor.Asked);
    }

    [Theory]
    [InlineData(2, "write toy:NAME", "probe", "vfio:0000:3b:00.2")]
    [InlineData(2, "write toy-vm:NAME (any name)", "watch", "toy:a", "--sla", "gold")]
    [InlineData(2, "write toy-vm:NAME for both", "migrate", "toy-vm:here", "toy:a", "--sla", "gold")]
    [InlineData(2, "write ether:NAME", "migrate", "toy-vm:here", "toy-vm:there", "--sla", "gold", "--channel", "unix:/x")]
    [InlineData(2, "name where it goes with --to", "measure", "toy-vm:here")]
    [InlineData(7, "not watched", "watch", "toy-vm:here", "--sla", "gold")]
    [InlineData(7, "leave out --record", "migrate", "toy-vm:here", "toy-vm:there", "--sla", "gold", "--record", "/dev/null")]
    public async Task What_a_driver_cannot_do_is_said_with_the_forms_that_are_registered(int status, string says, params string[] arguments)
    {
        var result = await RunAsync(arguments);

        Assert.Equal(status, result.Status);
        Assert.Contains(says, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probe", "toy:NAME", "toy-vm:NAME")]
    [InlineData("measure", "toy:NAME")]
    [InlineData("migrate", "toy:NAME", "toy-vm:NAME", "ether:NAME")]
    [InlineData("watch", "toy-vm:NAME")]
    public async Task Help_lists_the_forms_of_the_registered_drivers(string verb, params string[] forms)
    {
        var help = (await RunAsync(verb, "--help")).Output;

        Assert.All(forms, form => Assert.Contains(form, help, StringComparison.Ordinal));
        Assert.DoesNotContain("qmp:", help, StringComparison.Ordinal);
        Assert.DoesNotContain("vfio", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vfio-user")]
    [InlineData("qmp")]
    public async Task What_is_named_twice_in_two_ways_is_refused_before_anything_is_touched(string scheme)
    {
        File.CreateSymbolicLink(_folder.File("alias"), "socket");

        var result = await PlannerHere.RunAsync("migrate", $"{scheme}:{_folder.File("socket")}", $"{scheme}:{_folder.File("alias")}", "--sla", "gold");

        Assert.Equal(2, result.Status);
        Assert.Contains("is named twice", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static JsonElement Report(PlannerProcess.Result result) =>
        result.Status == 0 ? Assert.Single(PlannerHere.Objects(result.Output)) : throw new InvalidOperationException(result.ToString());

    private string Policy()
    {
        File.WriteAllText(
            _folder.File("policy.yaml"),
            """
            apiVersion: planner/v1
            kind: SlaPolicy
            metadata: { name: toys }
            spec:
              blackout: { limit: 30s, confidence: 0.9 }
              completeWithin: 10m
              whenEvidenceIsInsufficient: accept
            """);
        return _folder.File("policy.yaml");
    }

    private Task<PlannerProcess.Result> RunAsync(params string[] arguments) =>
        PlannerHere.RunAsync(new Drivers(_devices, _hypervisor), [.. arguments, "--store", _folder.File("toys.db")]);

    /// <summary>Devices in this process: <c>toy:NAME</c> is the same one whenever it is opened.</summary>
    private sealed class ToyDevices : IDeviceDriver
    {
        private const MigrationCapabilities Flags = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

        private readonly Dictionary<string, FakeDevice> _made = [];

        public string Scheme => "toy";

        public string Form => "NAME";

        public byte[] Content { get; } = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7))];

        public FakeDevice this[string name] => _made[name];

        public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
        {
            (name, problem) = (text, null);
            return true;
        }

        public TargetIdentity? Identify(string name) => null;

        public IMigrationDevice Open(string name)
        {
            if (!_made.TryGetValue(name, out var device))
            {
                _made[name] = device = new FakeDevice($"toy:{name}", Flags, Content, preCopyBytes: 12_000) { ExpectsBytes = Content.Length };
            }

            return device;
        }
    }
}
