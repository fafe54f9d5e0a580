using Xunit;

namespace Planner.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

    private static string Arcs => string.Join(", ", new[] { ("RUNNING", "STOP"), ("STOP", "STOP_COPY"), ("RESUMING", "STOP"), ("STOP", "RUNNING") }
        .Select(arc => $$"""{ "from": "{{arc.Item1}}", "to": "{{arc.Item2}}", "seconds": [0.001] }"""));

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
    [InlineData("measure", "sim:a.yaml", "--store", "postgres://db:0/planner")]
    [InlineData("measure", "sim:fast-nic,sim:fast-nic")]
    [InlineData("measure", "sim:/tmp")]
    [InlineData("migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--record", "/tmp")]
    [InlineData("probe", "sim:fast-nic", "--windows", "0s")]
    [InlineData("probe", "sim:fast-nic", "--windows", "1s")]
    [InlineData("probe", "vfio-user:/no/such/socket", "--windows", "500ms,")]
    [InlineData("/?")]
    [InlineData("device", "fast-nic", "--listen", "/tmp")]
    [InlineData("evaluate", ".", "--train", "--limit", "1s")]
    public async Task Wrong_usage_is_one_sentence_and_status_2(params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(arguments);

        Assert.Equal(2, result.Status);
        var line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("planner: ", line, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("--listen", "device", "fast-nic", "--listen", "")]
    [InlineData("--listen", "migrate", "qmp:/tmp/x", "qmp:/tmp/y", "--sla", "gold", "--listen", " ")]
    [InlineData("--channel", "migrate", "qmp:/tmp/x", "qmp:/tmp/y", "--sla", "gold", "--channel", "")]
    [InlineData("--machine", "migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--machine", "")]
    [InlineData("--record", "migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--record", "")]
    [InlineData("--sla", "migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "")]
    [InlineData("--to", "measure", "sim:fast-nic", "--to", "")]
    [InlineData("--policy", "migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--policy", "")]
    [InlineData("--store", "measure", "sim:fast-nic", "--store", "")]
    [InlineData("--profile", "demo", "--profile", "")]
    [InlineData("--evidence", "replay", ".", "--rule", "earliest", "--limit", "1s", "--evidence", "")]
    [InlineData("--pictures", "evaluate", ".", "--pictures", "")]
    [InlineData("target", "probe", "")]
    [InlineData("profile", "device", "", "--listen", "/tmp/x")]
    [InlineData("trace", "replay", "", "--rule", "earliest", "--limit", "1s")]
    public async Task What_is_empty_is_named_and_refused(string name, params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(arguments);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.StartsWith($"planner: {name} is empty; ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--policy")]
    [InlineData("device", "--listen", "/tmp/x")]
    [InlineData("demo", "--profile")]
    [InlineData("migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--record")]
    public async Task A_folder_where_a_file_is_expected_is_called_one(params string[] arguments)
    {
        var result = await PlannerHere.RunAsync([.. arguments, _folder.FullName]);

        Assert.Equal(2, result.Status);
        Assert.EndsWith($"{_folder.FullName}: it is a folder; name a file.", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_what_is_read_from_a_file_or_from_stdin()
    {
        var cancel = TestContext.Current.CancellationToken;
        var policy = Path.Combine(_folder.FullName, "policy.yaml");
        await File.WriteAllTextAsync(policy, "\uFEFFapiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: lab }\nspec: { blackout: { limit: 1s } }\n", cancel);

        var decided = await PlannerProcess.RunAsync(["decide", "--output", "json"], "\uFEFF{}", _folder.FullName, cancel: cancel);
        var migrated = await PlannerProcess.RunAsync(["migrate", "sim:fast-nic", "sim:fast-nic", "--shadow", "--sla", "lab", "--policy", policy], stateHome: _folder.FullName, cancel: cancel);

        Assert.Equal((0, ""), (decided.Status, decided.Error));
        Assert.Equal((3, ""), (migrated.Status, migrated.Error));
    }

    [Theory]
    [InlineData(0.01, false)]
    [InlineData(2.2, true)]
    public async Task A_share_of_misses_of_100_percent_is_not_said(double limitSeconds, bool isSaid)
    {
        // Blackouts between 2 and 2.4 s; none keeps the shorter limit.
        var blackouts = string.Join(", ", Enumerable.Range(0, 200).Select(i => $"{{ \"predictedSeconds\": 2, \"actualSeconds\": {2 + (i * 37 % 200 * 0.002)} }}"));
        var snapshot =
            $$"""
            { "sla": { "blackoutLimitSeconds": {{limitSeconds}}, "confidence": 0.9 }, "pastBlackouts": [ {{blackouts}} ], "transfer": { "fixedSeconds": [2], "bytesPerSecond": [1e9] },
              "devices": [ { "class": "x", "state": "RUNNING", "flags": ["STOP_COPY"], "stateBytes": 0, "arcs": [ {{Arcs}} ] } ] }
            """;

        var decided = await PlannerHere.RunWithInputAsync(snapshot, "decide");

        Assert.Equal((0, ""), (decided.Status, decided.Error));
        Assert.Equal(isSaid, decided.Output.Contains("% of such blackouts exceed the limit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sim:fast-nic")]
    [InlineData("sim:deadline-gpu")]
    public async Task A_built_in_profile_is_a_device_by_its_name(string address)
    {
        var probed = Assert.Single(await PlannerHere.RunJsonAsync("probe", address));

        Assert.Equal((address, "RUNNING"), (probed.Text("device"), probed.Text("state")));
    }

    [Fact]
    public async Task A_comma_in_a_path_is_written_with_a_backslash()
    {
        using var devices = new DeviceProcesses();
        var cancel = TestContext.Current.CancellationToken;
        var (source, destination) = (await devices.StartAsync("fast-nic", "a,b.sock", 1, cancel), await devices.StartAsync("fast-nic", "c.sock", 2, cancel));

        var raw = await PlannerHere.RunAsync("measure", source, "--to", destination, "--rounds", "2");
        var escaped = await PlannerHere.RunAsync("measure", source.Replace(",", "\\,", StringComparison.Ordinal), "--to", destination, "--rounds", "2");
        var alone = await PlannerHere.RunAsync("measure", source.Replace(",", "\\,", StringComparison.Ordinal), "--rounds", "1");

        Assert.Equal((2, 0, 0), (raw.Status, escaped.Status, alone.Status));
        Assert.Contains("a comma in a path is written \\,", Assert.Single(raw.ErrorLines), StringComparison.Ordinal);
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
