using Planner.Documents;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class DecisionExamplesTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-snapshot.json").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [InlineData("commit-snapshot.json", "commit", "direct")]
    [InlineData("tight-limit-snapshot.json", "stay", "direct")]
    [InlineData("little-evidence-snapshot.json", "stay", null)]
    [InlineData("worst-case-snapshot.json", "commit", "union")]
    [InlineData("different-sides-snapshot.json", "commit", "union")]
    [InlineData("throttle-snapshot.json", "throttle", "direct")]
    [InlineData("first-guess-snapshot.json", "commit", "independent")]
    public void An_example_is_decided_as_its_name_says(string file, string verdict, string? method)
    {
        var explained = Explain(Read(file));
        Assert.Equal(verdict, explained.Verdict);
        Assert.Equal(method, explained.Blackout.Method);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_that_does_not_commit_says_what_would_and_that_is_true(string file)
    {
        var snapshot = Read(file);
        var explained = Explain(snapshot);
        if (explained.Verdict != "commit")
        {
            Assert.NotEmpty(explained.WouldCommitIf);
        }

        foreach (var changed in explained.WouldCommitIf.Select(s => WouldCommitIf.Apply(snapshot, s)))
        {
            Assert.Equal("commit", changed is null ? "commit" : Explain(changed).Verdict);
        }
    }

    private static DecisionSnapshot Read(string file) =>
        DecisionJson.ReadSnapshot(File.ReadAllText(Path.Combine(Repository.Root, "docs", "examples", file)), file);

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
