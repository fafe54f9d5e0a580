using System.Xml.Linq;
using Planner.Evaluation;
using Planner.Tests.Calibration;
using Planner.Tests.Processes;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Cli;

public sealed class EvaluateTests : IDisposable
{
    private const string TinyWorkloads =
        """
        apiVersion: planner/v1
        kind: Workloads
        spec:
          links:
            steady: { rate: 1.2GiB/s, jitter: 3%, stopPhase: same }
          devices:
            none: []
            nic: [ { count: 1, state: 16MiB, arcs: { quiesce: { median: 2ms, p99: 6ms }, stop: { median: 20ms, p99: 45ms }, load: { median: 30ms, p99: 70ms } } } ]
          memory:
            idle: { classes: [ { size: 8MiB, timeConstant: 2s } ] }
            busy: { classes: [ { size: 64MiB, timeConstant: 1s } ] }
          ram: 256MiB
          grid: { memory: [idle, busy], link: [steady], devices: [none, nic], limit: [100ms, 300ms], confidence: [0.8, 0.9] }
          completeWithin: 20s
        """;

    private static readonly string[] RuleNames = ["earliest", "calmest", .. PeerRules.Names];

    // Contract 5.7 of the design.
    private static readonly string[] RuleFields =
    [
        "rule", "limitSeconds", "decisions", "commits", "violations", "violationsLow", "violationsHigh", "blackoutP50Seconds", "blackoutP99Seconds", "completionP50Seconds",
        "regretP50Seconds", "falseAborts", "coverage", "unboundedShare",
    ];

    private static readonly string[] SeriesFields = ["series", "samples", "level", "missRate", "worstBlockMissRate", "unboundedShare", "meanBoundSeconds"];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Recordings_give_one_object_for_each_rule_limit_and_confidence_with_the_agreed_names()
    {
        var objects = await PlannerHere.RunJsonAsync("evaluate", QemuFixtures.Folder);

        var rows = objects.Where(o => o.Text("kind") == "recordings").ToList();
        Assert.Equal(RuleNames.Length * 4 * 2, rows.Count);
        Assert.Equal(rows.Count, rows.Select(r => (r.Text("rule"), r.Number("limitSeconds"), r.Number("confidence"))).Distinct().Count());
        Assert.Equal([0.03, 0.05, 0.1, 0.3], rows.Select(r => r.Number("limitSeconds")).Distinct());
        Assert.All(rows, r => Assert.Empty(RuleFields.Except(r.Names())));
        Assert.All(rows, r => Assert.Equal(20, r.Number("migrations")));
        var moments = Assert.Single(objects, o => o.Text("kind") == "stop-moment");
        Assert.Equal(20, moments.GetProperty("moments").GetArrayLength());
    }

    [Fact]
    public async Task Confidences_and_limits_may_both_be_repeated_and_count_once_each()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "w.yaml"), TinyWorkloads, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "s.csv"), $"start_time,microseconds\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"2026-01-01T{i / 60:00}:{i % 60:00}:00,{100 + (i % 7)}\n"))}", TestContext.Current.CancellationToken);

        var objects = await PlannerHere.RunJsonAsync(
            "evaluate", _folder.Path, "--rule", "earliest", "--migrations", "1", "--limit", "100ms", "--limit", "1s", "--limit", "100ms", "--confidence", "0.8", "--confidence", "0.95", "--confidence", "0.8");

        var rows = objects.Where(o => o.Text("kind") == "workloads").Select(o => (o.Number("limitSeconds"), o.Number("confidence"))).Order();
        Assert.Equal([(0.1, 0.8), (0.1, 0.95), (1, 0.8), (1, 0.95)], rows);
        Assert.Equal([0.8, 0.95], objects.Where(o => o.Text("kind") == "latency-series").Select(o => o.Number("level")));
    }

    [Fact]
    public async Task Fifteen_blackouts_carry_commits_at_90_percent_and_none_at_99()
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", QemuFixtures.Folder, "--rule", "earliest", "--rule", "calmest", "--limit", "300ms");

        foreach (var row in rows.Where(r => r.Text("kind") == "recordings"))
        {
            var isSupported = row.Number("confidence") == 0.9;
            Assert.Equal(isSupported, row.Number("commits") > 0);
            Assert.Equal(isSupported, row.Number("unboundedShare") < 1);
            Assert.Equal(isSupported, !row.IsNull("coverage"));
        }
    }

    [Fact]
    public async Task The_oracle_regrets_nothing_and_breaks_no_limit()
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", QemuFixtures.Folder, "--rule", "oracle");

        Assert.All(rows.Where(r => r.Text("kind") == "recordings"), r => Assert.Equal((0, 0), (r.Number("violations"), r.Number("regretP50Seconds"))));
    }

    [Fact]
    public async Task A_rule_that_knows_no_confidence_has_the_same_figures_for_each()
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", QemuFixtures.Folder, "--rule", "qemu", "--limit", "300ms");

        var figures = rows.Where(r => r.Text("kind") == "recordings").Select(r => string.Join(' ', r.EnumerateObject().Where(p => p.Name != "confidence").Select(p => p.ToString())));
        Assert.Single(figures.Distinct());
    }

    [Fact]
    public async Task Latency_series_give_one_object_each_with_the_agreed_names()
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", DriftFixtures.Folder);

        Assert.Equal(DriftFixtures.All.Select(s => s.Name), rows.Select(r => r.Text("series")));
        Assert.All(rows, r => Assert.Equal([.. "kind".Split(), .. SeriesFields], r.Names()));
        Assert.All(rows, r => Assert.Equal(0.99, r.Number("level")));
        Assert.All(rows, r => Assert.InRange(r.Number("missRate"), 0.005, 0.015));
    }

    [Fact]
    public async Task Workloads_give_one_object_for_each_rule_limit_and_confidence()
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", Write("w.yaml", TinyWorkloads), "--migrations", "3");

        Assert.Equal((RuleNames.Length + 1) * 2 * 2, rows.Count);
        Assert.All(rows, r => Assert.Equal("workloads", r.Text("kind")));
        Assert.All(rows, r => Assert.Empty(RuleFields.Append("confidence").Except(r.Names())));
        Assert.All(rows, r => Assert.Equal(3 * 2 * 2, r.Number("migrations")));
        Assert.Contains(rows, r => r.Text("rule") == "informed");
    }

    [Theory]
    [InlineData("group", 2, "devices")]
    [InlineData("cell", 4, "memory", "link", "devices")]
    public async Task Workloads_can_be_kept_apart(string by, int parts, params string[] keys)
    {
        var rows = await PlannerHere.RunJsonAsync("evaluate", Write("w.yaml", TinyWorkloads), "--migrations", "2", "--by", by, "--rule", "earliest", "--rule", "oracle", "--limit", "300ms");

        Assert.Equal(2 * 2 * parts, rows.Count);
        Assert.Equal(parts, rows.Select(r => string.Join(' ', keys.Select(k => r.Text(k)))).Distinct().Count());
        Assert.All(rows, r => Assert.Equal(0.3, r.Number("limitSeconds")));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_with_any_number_of_threads()
    {
        var file = Write("w.yaml", TinyWorkloads);
        string[] common = ["evaluate", file, "--migrations", "2", "--output", "json", "--confidence", "0.8"];

        var one = await PlannerHere.RunAsync([.. common, "--seed", "5", "--threads", "1"]);
        var two = await PlannerHere.RunAsync([.. common, "--seed", "5", "--threads", "2"]);
        var other = await PlannerHere.RunAsync([.. common, "--seed", "6"]);

        Assert.Equal(one.Output, two.Output);
        Assert.NotEqual(one.Output, other.Output);
    }

    [Fact]
    public async Task A_folder_may_hold_several_kinds_and_what_else_lies_there_is_passed_over()
    {
        Copy(Path.Combine(DriftFixtures.Folder, "launch_programs-eastus-b8ms-vm0.csv.gz"), "series/a.csv.gz");
        Copy(Path.Combine(QemuFixtures.Folder, "precopy-convergent-run1.jsonl.gz"), "recordings/deep/a-run1.jsonl.gz");
        Write("w.yaml", TinyWorkloads);
        Write("README.md", "# Notes");
        Write("other.yaml", "kind: SomethingElse");
        Write("arcs.jsonl", string.Concat(Enumerable.Range(0, 30).Select(i => $$"""{"t":{{i}},"device":"d","class":"c","from":"RUNNING_P2P","to":"STOP","seconds":0.02,"outcome":"ok"}""" + "\n")));

        var rows = await PlannerHere.RunJsonAsync("evaluate", _folder.Path, "--migrations", "1", "--confidence", "0.8");

        Assert.Equal(["arc-series", "latency-series", "recordings", "stop-moment", "workloads"], rows.Select(r => r.Text("kind")).Distinct().Order());
        Assert.Equal("c RUNNING_P2P->STOP", rows.Single(r => r.Text("kind") == "arc-series").Text("series"));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"t\":1,\"query-migrate\":{}}\nbroken\n", "a.jsonl:2:")]
    [InlineData("a.jsonl", "", "a.jsonl: there is no recording")]
    [InlineData("a.jsonl", "{\"t\":1,\"temperature\":2}\n", "a.jsonl:1:")]
    [InlineData("a.csv", "time,value\n", "a.csv:1:1")]
    [InlineData("a.csv", "start_time,microseconds\n", "a.csv: there is no latency")]
    [InlineData("a.yaml", "apiVersion: planner/v1\nkind: Workloads\nspec: { rum: 3 }\n", "a.yaml:")]
    [InlineData("a.csv.gz", "not compressed", "a.csv.gz")]
    public async Task A_bad_file_is_named_with_its_line_before_any_work(string name, string text, string said)
    {
        Copy(Path.Combine(QemuFixtures.Folder, "precopy-convergent-run1.jsonl.gz"), "0-run1.jsonl.gz");
        Write(name, text);

        AssertRefused(await PlannerHere.RunAsync("evaluate", _folder.Path, "--output", "json"), said);
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused() =>
        AssertRefused(await PlannerHere.RunAsync("evaluate", Write("a.jsonl", new string('a', 17_000_000))), "a.jsonl:1:");

    [Fact]
    public async Task A_line_that_was_cut_off_is_told_and_left_out()
    {
        var text = string.Concat(Enumerable.Range(0, 30).Select(i => QemuFixtures.Reply(i, 1e6, i)));

        var result = await PlannerHere.RunAsync("evaluate", Write("web-run1.jsonl", text + "{\"t\":31,\"query-mig"), "--output", "json");

        Assert.Equal(0, result.Status);
        Assert.Contains("web-run1.jsonl:31", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.All(PlannerHere.Objects(result.Output).Where(o => o.Text("kind") == "recordings"), o => Assert.Equal(0, o.Number("migrations")));
    }

    [Theory]
    [InlineData("there is nothing to evaluate", ".")]
    [InlineData("there is no file or folder", "./missing")]
    [InlineData("a time with its unit", ".", "--limit", "300")]
    [InlineData("a time with its unit", ".", "--limit", "1h")]
    [InlineData("there is no rule 'fastest'", ".", "--rule", "fastest")]
    [InlineData("--confidence is '1'", ".", "--confidence", "1")]
    [InlineData("--by is 'device'", ".", "--by", "device")]
    [InlineData("--migrations is '0'", ".", "--migrations", "0")]
    [InlineData("--threads is 'all'", ".", "--threads", "all")]
    public async Task Wrong_usage_is_one_sentence_and_status_2(string said, string path, params string[] options) =>
        AssertRefused(await PlannerHere.RunAsync(["evaluate", Path.Combine(_folder.Path, path), .. options]), said);

    [Fact]
    public async Task Pictures_are_drawn_from_what_was_evaluated_and_are_the_same_each_time()
    {
        Copy(Path.Combine(DriftFixtures.Folder, "launch_programs-eastus-b8ms-vm0.csv.gz"), "a.csv.gz");
        Write("w.yaml", TinyWorkloads);
        var (first, second) = (Path.Combine(_folder.Path, "pictures"), Path.Combine(_folder.Path, "again"));
        string[] arguments = ["evaluate", Path.Combine(_folder.Path, "a.csv.gz"), Path.Combine(_folder.Path, "w.yaml"), QemuFixtures.Folder, "--migrations", "2", "--pictures"];

        Assert.Equal(0, (await PlannerHere.RunAsync([.. arguments, first])).Status);
        Assert.Equal(0, (await PlannerHere.RunAsync([.. arguments, second])).Status);

        string[] names = [.. Directory.GetFiles(first).Select(f => Path.GetFileName(f)).Order()];
        Assert.Equal(["coverage.svg", "predicted-actual.svg", "rules-recordings.svg", "rules-workloads.svg"], names);
        Assert.All(names, n => Assert.Equal(File.ReadAllText(Path.Combine(first, n)), File.ReadAllText(Path.Combine(second, n))));
        Assert.All(names, n => Assert.Equal("svg", XDocument.Load(Path.Combine(first, n)).Root!.Name.LocalName));
    }

    [Fact]
    public async Task A_table_shows_a_rule_without_confidence_once()
    {
        var result = await PlannerHere.RunAsync("evaluate", QemuFixtures.Folder, "--limit", "300ms");

        Assert.Equal(0, result.Status);
        Assert.Single(result.Output.Split('\n'), l => l.TrimStart().StartsWith("kubevirt-stall", StringComparison.Ordinal));
        Assert.Equal(2, result.Output.Split('\n').Count(l => l.TrimStart().StartsWith("earliest", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_long_evaluation_with_a_sentence()
    {
        var file = Write("w.yaml", TinyWorkloads.Replace("completeWithin: 20s", "completeWithin: 120s", StringComparison.Ordinal));
        using var process = PlannerProcess.Start(["evaluate", file, Path.Combine(QemuFixtures.Folder, "precopy-convergent-run1.jsonl.gz"), "--migrations", "100000", "--output", "json"]);
        // The recordings come first; from their last line on the grid is at work.
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("stop-moment", StringComparison.Ordinal))
        {
        }

        PlannerProcess.Interrupt(process);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("planner: stopped before the evaluation was done.\n", error);
    }

    private static void AssertRefused(PlannerProcess.Result result, string said)
    {
        Assert.Equal(2, result.Status);
        var line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("planner: ", line, StringComparison.Ordinal);
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void Copy(string source, string name)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(source, path);
    }
}
