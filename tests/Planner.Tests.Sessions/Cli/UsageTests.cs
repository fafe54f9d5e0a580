using Xunit;

namespace Planner.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("probe")]
    [InlineData("decide", "--output", "xml")]
    [InlineData("measure", "sim:x.yaml", "--rounds", "many")]
    [InlineData("probe", "carrier-pigeon:/tmp/x")]
    [InlineData("probe", "vfio-user:")]
    [InlineData("probe", "qmp:")]
    [InlineData("probe", "qmp:/no/such/monitor")]
    [InlineData("probe", "qmp:/tmp/x", "--windows", "1ms")]
    [InlineData("watch", "qmp:/no/such/monitor", "--sla", "gold")]
    [InlineData("watch", "vfio-user:/tmp/x", "--sla", "gold")]
    [InlineData("migrate", "qmp:/tmp/x", "vfio-user:/tmp/y", "--sla", "gold")]
    [InlineData("migrate", "qmp:/tmp/x", "qmp:/tmp/x", "--sla", "gold")]
    [InlineData("migrate", "qmp:/tmp/x", "qmp:/tmp/y", "--sla", "gold", "--channel", "pigeon:home")]
    [InlineData("migrate", "sim:a.yaml", "sim:b.yaml", "--sla", "gold", "--channel", "unix:/tmp/x")]
    [InlineData("probe", "sim:/no/such/profile.yaml")]
    [InlineData("probe", "vfio-user:/no/such/socket")]
    [InlineData("probe", "vfio:nic0")]
    [InlineData("probe", "vfio:ffff:ff:1f.7")]
    [InlineData("measure", "vfio:/sys/no/such/device")]
    [InlineData("probe", "vfio:/dev/vfio/devices/vfio99")]
    [InlineData("probe", "vfio:fd:/no/such/socket")]
    [InlineData("migrate", "sim:a.yaml", "sim:b.yaml", "--sla", "diamond")]
    [InlineData("migrate", "sim:a.yaml", "sim:b.yaml", "--sla", "gold", "--policy", "/no/such/policy.yaml")]
    [InlineData("migrate", "sim:a.yaml", "sim:b.yaml", "--sla", "gold", "--policy", "/dev/zero")]
    [InlineData("measure", "sim:a.yaml", "--store", "/no/such/folder/planner.db")]
    [InlineData("measure", "sim:a.yaml", "--store", "/tmp")]
    [InlineData("measure", "sim:a.yaml", "--store", "postgres://db/planner")]
    public async Task Wrong_usage_is_one_sentence_and_status_2(params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(arguments);

        Assert.Equal(2, result.Status);
        var line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("planner: ", line, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{ \"sla\": { \"blackoutLimitSeconds\": -1 } }")]
    [InlineData("{ \"sla\": { \"blackoutLimitSecond\": 0.3 } }")]
    [InlineData("{ \"transfer\": { \"bytesPerSecond\": [1e999] } }")]
    [InlineData("")]
    public async Task A_bad_snapshot_is_one_sentence_and_status_2(string snapshot)
    {
        var result = await PlannerHere.RunWithInputAsync(snapshot, "decide");

        Assert.Equal(2, result.Status);
        Assert.Single(result.ErrorLines);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_device_that_the_kernel_gives_no_node_for_is_one_sentence_and_status_7()
    {
        // A folder that looks like a device without a driver, as sysfs has it before anything is bound.
        var device = _folder.CreateSubdirectory("0000:00:03.0").FullName;

        var result = await PlannerHere.RunAsync("probe", $"vfio:{device}");

        Assert.Equal(7, result.Status);
        Assert.StartsWith($"planner: vfio:{device}: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_itself_ends_with_the_status_and_speaks_on_stderr()
    {
        var result = await PlannerProcess.RunAsync(["frobnicate"], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.StartsWith("planner: 'frobnicate' ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_lists_the_verbs()
    {
        var result = await PlannerProcess.RunAsync(["[suggest:8]", "planner "], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);

        Assert.Contains("migrate", result.Output, StringComparison.Ordinal);
        Assert.Contains("probe", result.Output, StringComparison.Ordinal);
    }
}
