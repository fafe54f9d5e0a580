using System.Diagnostics;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>Where <c>recover</c> looks, what it says of it, and what it cannot know.</summary>
public sealed class RecoverTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly TemporaryDirectory _directory = new();

    private string State => _directory.File("state");

    public void Dispose()
    {
        if (Directory.Exists(State))
        {
            File.SetUnixFileMode(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _directory.Dispose();
    }

    // Permission bits do not hold root back, unless it gives up the capability to ignore them.
    private static string[] WithoutRootsRights => Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

    private void Leave(string machine = "vm1", string source = "sim:/a.yaml")
    {
        using var journal = new MigrationJournal(State);
        journal.Begin(Header(machine, source));
    }

    private static JournalHeader Header(string machine, string source) => new("id-1", machine, DateTimeOffset.UnixEpoch, ["unwind"],
    [
        new JournalDevice(
            "nic0",
            new JournalEndpoint(source, DeviceState.Running, "c", MigrationCapabilities.StopCopy, true),
            new JournalEndpoint("sim:/b.yaml", DeviceState.Running, "c", MigrationCapabilities.StopCopy, true)),
    ]);

    private Task<PlannerProcess.Result> RecoverAsync(params string[] wrapper) =>
        PlannerProcess.RunAsync(["recover", "--state", State], wrapper: wrapper, cancel: TestContext.Current.CancellationToken);

    [Fact]
    public async Task Where_there_is_no_folder_there_is_nothing_and_it_says_where_it_looked()
    {
        var result = await PlannerHere.RunAsync("recover", "--state", State);

        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.Equal($"Nothing to recover: no migration was interrupted. Looked in {State}.\n", result.Output);
    }

    [Fact]
    public async Task A_machine_whose_planner_lives_is_left_alone_and_that_is_said()
    {
        using var journal = new MigrationJournal(State);
        journal.Begin(Header("vm1", "sim:/a.yaml"));

        var result = await PlannerHere.RunAsync("recover", "--state", State);

        Assert.Equal(0, result.Status);
        Assert.StartsWith("vm1: left alone, since its planner lives.\n", result.Output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(State, "journals")));
    }

    [Theory]
    [InlineData(UnixFileMode.None)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    public async Task A_folder_that_cannot_be_searched_is_not_an_empty_one(UnixFileMode rights)
    {
        Leave();
        File.SetUnixFileMode(State, rights);

        var result = await RecoverAsync(WithoutRootsRights);

        Assert.Equal(1, result.Status);
        Assert.DoesNotContain("Nothing to recover", result.Output, StringComparison.Ordinal);
        Assert.StartsWith($"planner: The journals in {Path.Combine(State, "journals")} cannot be looked into (Permission denied)", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Contains($"Looked in {State}.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_whose_files_may_not_be_listed_or_opened_are_said_too()
    {
        Leave();
        var journals = Path.Combine(State, "journals");
        foreach (var (path, status) in new[] { (journals, 1), (Directory.GetFiles(journals)[0], 6) })
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
            var result = await RecoverAsync(WithoutRootsRights);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            Assert.True(result.Status == status, result.ToString());
            Assert.Contains(path, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Contains("run this as the user who ran the migration", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_user_is_told_that_he_cannot_know()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        Leave();
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ed);

        var result = await RecoverAsync("setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups");

        Assert.True(result.Status == 1, result.ToString());
        Assert.Contains("cannot be looked into (Permission denied)", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_of_another_user_is_not_believed_by_root()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Leave();
        using (var chown = Process.Start("chown", [Nobody, State]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var result = await PlannerHere.RunAsync("recover", "--state", State);

        Assert.Equal(1, result.Status);
        Assert.Contains($"{State} belongs to another user (uid {Nobody})", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_unreadable_journal_does_not_stop_the_recovery_of_the_others()
    {
        Leave("vm1");
        File.WriteAllText(Path.Combine(State, "journals", "0.journal"), "PLNJRNL9 of a later build, long enough to have a preamble of 64 bytes");
        Leave("vm2");

        var result = await PlannerHere.RunAsync("recover", "--state", State);

        Assert.Equal(6, result.Status);
        Assert.Contains("vm1: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("vm2: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("0.journal is of another build", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(["0.journal"], Directory.GetFiles(Path.Combine(State, "journals")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_advice_of_a_refusal_works_as_it_is_pasted()
    {
        using var devices = new DeviceProcesses();
        var source = await devices.StartAsync("fast-nic", "a", 1, TestContext.Current.CancellationToken);
        var destination = await devices.StartAsync("fast-nic", "b", 2, TestContext.Current.CancellationToken);
        Leave(source: source);

        var refused = await PlannerHere.RunAsync("migrate", source, destination, "--sla", "gold", "--state", State);
        Assert.Equal(3, refused.Status);
        var command = Assert.Single(refused.ErrorLines).Split('\'')[1];
        Assert.Equal($"planner recover --state {State}", command);

        var recovered = await PlannerHere.RunAsync(command.Split(' ')[1..]);
        Assert.True(recovered.Status == 0, recovered.ToString());
        Assert.DoesNotContain("planner recover", (await PlannerHere.RunAsync("migrate", source, destination, "--sla", "gold", "--shadow", "--state", State)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_directory_that_is_none_is_wrong_usage()
    {
        var result = await PlannerHere.RunAsync("recover", "--state", " ");

        Assert.Equal(2, result.Status);
        Assert.Contains("--state", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
