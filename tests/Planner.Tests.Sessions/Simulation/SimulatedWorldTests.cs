using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.Simulation;

/// <summary>Whole sessions, journals and recoveries in worlds where devices, disks, hosts and the planner itself fail.</summary>
public sealed class SimulatedWorldTests
{
    private const int Seeds = 500;

    [Fact]
    public void No_promise_is_broken_whatever_fails()
    {
        var sum = WorldRuns.Run(1, Seeds, TestContext.Current.CancellationToken);

        Assert.True(sum.Broken == 0, string.Join("; ", sum.ByChecker.Select(c => $"'{c.Key}' is broken in {c.Value.Worlds} worlds, first by seed {c.Value.First}")));
        Assert.Equal(Seeds, sum.Runs);
        Assert.True(sum.Committed > Seeds / 20, $"only {sum.Committed} of {Seeds} committed");
    }

    [Fact]
    public void The_same_seed_gives_the_same_story()
    {
        static string Story(ulong seed) => string.Join('\n', WorldStory.Tell(World.Run(WorldScenario.Draw(seed)).History));

        Assert.All(Enumerable.Range(1, 20), seed => Assert.Equal(Story((ulong)seed), Story((ulong)seed)));
        Assert.NotEqual(Story(1), Story(2));
    }

    [Fact]
    public void A_third_of_the_worlds_are_of_machines_under_a_hypervisor()
    {
        var machines = Enumerable.Range(1, 300).Select(seed => WorldScenario.Draw((ulong)seed)).Where(s => s.Machine is not null).ToList();

        Assert.Equal(100, machines.Count);
        Assert.Contains(machines, m => World.Run(m).History.Sessions is [{ Outcome: MigrationOutcome.Completed }]);
        Assert.Contains(machines, m => m.Machine!.Faults.Length > 0 && m.Kills.Length > 0);
    }

    /// <remarks>The simulation found it: the host loses its power after the handover, of which the disk knows nothing, and the destination hangs in its start; the source was started, too.</remarks>
    [Fact]
    public void A_destination_that_may_have_been_given_the_machine_and_cannot_be_asked_is_a_persons_matter()
    {
        var history = World.Run(WorldScenario.Draw(1485)).History;

        Assert.Empty(WorldChecks.Judge(history));
        Assert.Equal(MigrationOutcome.NeedsPerson, history.Sessions[^1].Outcome);
        Assert.Contains("cannot be asked whether it runs", history.Sessions[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_without_some_of_its_parts_is_written_and_read()
    {
        var seed = Enumerable.Range(1, 100).Select(s => (ulong)s).First(s => WorldScenario.Draw(s).Kills.Length > 1);
        var text = WorldScenario.Write(seed, ["kill0"]);

        Assert.Null(WorldScenario.TryRead(text, out var read, out var without));
        Assert.Equal(seed, read);
        Assert.Equal(WorldScenario.Draw(seed).Kills.Length - 1, WorldScenario.Draw(read).Without(without).Kills.Length);
    }

    [Theory]
    [InlineData("1-7", "version 1")]
    [InlineData("4-7", "version 4")]
    [InlineData("3-1+kil", "was the text cut?")]
    [InlineData("1-", "a whole number")]
    [InlineData("", "a whole number")]
    [InlineData("1-2-3", "a whole number")]
    [InlineData("x-2", "a whole number")]
    [InlineData("-1", "a whole number")]
    public void Other_texts_are_refused(string text, string said) => Assert.Contains(said, WorldScenario.TryRead(text, out _, out _), StringComparison.Ordinal);

    [Fact]
    public void Checkers_know_nothing_of_how_the_planner_works()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "planner/Planner.Simulation/Checks"), "*.cs");

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(
            File.ReadLines(file), line => line.StartsWith("using ", StringComparison.Ordinal) && line != "using Planner.Measurements;"));
        Assert.All(files, file => Assert.DoesNotMatch(@"\b(Engine|Session(Host|Services|Shell)|MigrationSession|CrashRecovery|MigrationJournal|JournalContents|EvidenceMemory|SwitchoverEvaluator)\b", File.ReadAllText(file)));
    }

    /// <summary>They are tried by <c>tests/mutations</c>.</summary>
    [Fact]
    public void Every_mutant_names_the_checker_that_catches_it_and_stands_in_the_argument()
    {
        var argument = File.ReadAllText(Path.Combine(Repository.Root, "docs/safety.md"));
        var mutants = Directory.GetFiles(Path.Combine(Repository.Root, "tests/mutants"));

        Assert.True(mutants.Length >= 24);
        Assert.All(mutants, mutant =>
        {
            var lines = File.ReadAllLines(mutant);
            Assert.Contains(lines[1]["Caught by: ".Length..], WorldChecks.All.Keys);
            Assert.Matches(@"^Within: \d+ seeds$", lines[2]);
            Assert.Contains($"`{Path.GetFileNameWithoutExtension(mutant)}`", argument, StringComparison.Ordinal);
        });
    }
}
