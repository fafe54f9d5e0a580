using Planner.Evaluation;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>The comparison with QEMU's own decision, in its short form: two cells, one migration a rule.</summary>
[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class ComparisonTests
{
    private const double ClockSeconds = 0.03;
    private static readonly ComparisonCell Steady = ComparisonCell.All.Single(c => c.Name == "steady-10");
    private static readonly ComparisonCell TooFast = ComparisonCell.All.Single(c => c.Name == "steady-80") with { CompleteWithin = TimeSpan.FromSeconds(15) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_take_turns_on_one_machine_and_each_migration_is_kept_with_its_recording()
    {
        using var folder = new TemporaryDirectory();
        var options = new ComparisonOptions { Cells = [Steady, TooFast], Rules = [ComparedRule.Planner, ComparedRule.Qemu], Runs = 1, Evidence = 1, Folder = folder.File("comparison") };
        var results = await RunAsync(options);

        Assert.Equal(
            [(0, "steady-10", "planner"), (1, "steady-10", "planner"), (1, "steady-10", "qemu"), (1, "steady-80", "planner"), (1, "steady-80", "qemu")],
            results.Select(r => (r.Run, r.Cell, r.Rule)).Order());
        Assert.All(results.Where(r => r.Cell == "steady-10"), r =>
        {
            Assert.Equal(ComparedOutcome.Completed, r.Outcome);
            Assert.InRange(r.BlackoutSeconds!.Value - r.GuestBlackoutSeconds!.Value, -ClockSeconds, ClockSeconds);
        });

        // It writes faster than the link carries: nobody can stop it within the limit, and it still runs on the source when the time is up.
        Assert.All(results.Where(r => r.Cell == "steady-80"), r => Assert.Equal(ComparedOutcome.TimedOut, r.Outcome));
        Assert.Contains("within 15.0 s", results.Single(r => r is { Cell: "steady-80", Rule: "planner" }).Reason, StringComparison.Ordinal);
        var recordings = QemuRecordingReader.ReadFolder(Path.Combine(options.Folder, "recordings"));
        Assert.Equal(results.Count, recordings.Count);
        Assert.All(recordings, r => Assert.NotEmpty(r.Polls));
        Assert.Equal(results.Count(r => r.IsCompleted), recordings.Count(r => r.IsSwitchover));

        // What is there is not run again.
        Assert.Equal(results, await RunAsync(options));
    }

    [Fact]
    public async Task A_rule_above_QEMU_raises_its_limit_until_QEMU_stops_the_guest()
    {
        using var folder = new TemporaryDirectory();
        var options = new ComparisonOptions { Cells = [TooFast with { CompleteWithin = TimeSpan.FromMinutes(2) }], Rules = ["proxmox"], Runs = 1, Evidence = 0, Folder = folder.File("comparison") };
        var migration = Assert.Single(await RunAsync(options));

        Assert.True(migration.IsOver);
        Assert.True(migration.DowntimeLimitSeconds > migration.LimitSeconds);
    }

    private static async Task<IReadOnlyList<ComparedMigration>> RunAsync(ComparisonOptions options)
    {
        var output = new StringWriter();
        using var study = new ComparisonStudy(options, output);
        await study.RunAsync(Cancellation);
        TestContext.Current.TestOutputHelper!.WriteLine(output.ToString());
        return study.Results;
    }
}
