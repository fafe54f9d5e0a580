using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary><c>planner attempts</c>: every attempt is in the ledger, and each is explained from what was recorded.</summary>
public sealed class AttemptsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private string StorePath => _folder.File("planner.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_day_is_told_without_a_gap_and_every_decision_comes_out_again_from_its_recorded_input()
    {
        var profile = $"sim:{Path.Combine(Repository.Root, "docs", "examples", "fast-nic-profile.yaml")}";
        Assert.Equal(0, (await RunAsync("measure", profile, "--to", profile, "--rounds", "12")).Status);
        Assert.Equal(0, (await RunAsync("migrate", profile, profile, "--sla", "bronze", "--machine", "vm1")).Status);
        Assert.Equal(3, (await RunAsync("migrate", profile, profile, "--sla", "gold", "--machine", "vm1")).Status);
        Assert.Equal(3, (await RunAsync("migrate", profile, profile, "--sla", "bronze", "--machine", "vm2", "--shadow")).Status);

        var all = PlannerHere.Objects((await RunAsync("attempts", "--output", "json", "--latest", "100")).Output);

        Assert.Equal(12, all.Count(a => a.Text("attemptKind") == "rehearsal"));
        var rest = all.Where(a => a.Text("attemptKind") != "rehearsal").ToList();
        Assert.Equal(
            [("migration", "vm1", "bronze", "completed"), ("migration", "vm1", "gold", "stayed"), ("shadow", "vm2", "bronze", "stayed")],
            rest.Select(a => (a.Text("attemptKind"), a.Text("machine"), a.Text("sla"), a.Text("outcome"))));
        Assert.All(all, a => Assert.Equal(("attempt", $"{Environment.UserName}@{Environment.MachineName}"), (a.Text("kind"), a.Text("askedBy"))));

        foreach (var attempt in rest)
        {
            var explained = Assert.Single(PlannerHere.Objects((await RunAsync("attempts", attempt.Text("attemptId")!, "--output", "json")).Output));
            var decisions = explained.GetProperty("decisions").EnumerateArray().ToList();
            Assert.NotEmpty(decisions);
            var last = decisions[^1];
            Assert.Equal(last.Text("verdict"), last.GetProperty("explained").Text("verdict"));
            Assert.Equal(last.Text("reason"), last.GetProperty("explained").Text("reason"));
        }
    }

    [Fact]
    public async Task The_list_says_how_each_promise_was_kept()
    {
        Keep(Ledger.Attempt("a1"), Ledger.Attempt("a2", pausedSeconds: 0.4) with { Outcome = MigrationOutcome.CompletedOverLimit, Machine = "vm2" });

        var result = await RunAsync("attempts");

        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.Contains("gold: 1 of 2 attempts with a pause were paused longer than the limit (50 %, 95 % interval 1.26 % to 98.74 %; promised: at most 1 %). By machine: vm2 1 of 1.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_attempt_is_found_by_the_beginning_of_its_identifier_and_its_story_is_told()
    {
        Keep(Ledger.Attempt("abc1"), Ledger.Attempt("abd2") with
        {
            Kind = AttemptKind.Recovery,
            Recovers = "abc1",
            Outcome = MigrationOutcome.Recovered,
            Pauses = PauseSum.None.With(PauseKind.FailedCommit, GuestPause.Exactly(TimeSpan.FromSeconds(3), "a clock")),
        });

        var told = (await RunAsync("attempts", "abd")).Output;

        Assert.Contains("abd2: a recovery of abc1 of vm1", told, StringComparison.Ordinal);
        Assert.Contains("asked for by root@h1", told, StringComparison.Ordinal);
        Assert.Contains("The guest was paused for 3.00 s, by a clock: 3.00 s in switchovers that failed. That is longer than was promised, or may be.", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no attempt 'zz'", "zz")]
    [InlineData("there is no attempt 'ab'", "ab")]
    [InlineData("--latest is 0; 1 to 100000 is expected", "--latest", "0")]
    [InlineData("the attempt 'abc1' is one of vm1 under the class 'gold'", "abc1", "--machine", "vm9")]
    public async Task What_is_not_there_is_refused_with_one_sentence(string said, params string[] arguments)
    {
        Keep(Ledger.Attempt("abc1"), Ledger.Attempt("abd2"));

        var result = await RunAsync(["attempts", .. arguments]);

        Assert.Equal(2, result.Status);
        Assert.Contains(said, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_that_this_planner_cannot_read_is_said_to_be_so_and_the_rest_is_told()
    {
        Keep(Ledger.Attempt("a") with { Decisions = [new AttemptDecision(1, Verdict.Commit, null, null, null, TimeSpan.Zero, "it fits", "{ \"later\": 1 }")] });

        var told = await RunAsync("attempts", "a");

        Assert.Equal(0, told.Status);
        Assert.Contains("Its recorded input cannot be read by this planner.", told.Output, StringComparison.Ordinal);
        Assert.Contains("completed: the bound fits", told.Output, StringComparison.Ordinal);
    }

    private Task<PlannerProcess.Result> RunAsync(params string[] arguments) => PlannerHere.RunAsync([.. arguments, "--store", StorePath, "--state", _folder.File("state")]);

    private void Keep(params MigrationAttempt[] attempts)
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(StorePath));
        store.Append(new MeasurementBatch { Attempts = attempts });
    }
}
