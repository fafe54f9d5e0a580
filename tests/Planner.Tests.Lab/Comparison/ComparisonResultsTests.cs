using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Comparison;

public sealed class ComparisonResultsTests
{
    private static readonly ComparedMigration Migration = new()
    {
        Cell = "idle", Rule = "nova", Qemu = "11.1", Run = 3, Outcome = ComparedOutcome.TimedOut, Reason = "It was late.", LimitSeconds = 0.1, TotalSeconds = 60.25, LoadAverage = 1.5,
    };

    [Fact]
    public void What_was_kept_is_there_when_the_folder_is_opened_again()
    {
        using var folder = new TemporaryDirectory();
        ComparisonResults.Open(folder.Path).Add(Migration);

        Assert.Equal([Migration], ComparisonResults.Open(folder.Path).All);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"cell": "idle", "rule": "nova", "qe""")]
    public void A_line_that_is_no_result_is_told_with_its_place(string line)
    {
        using var folder = new TemporaryDirectory();
        ComparisonResults.Open(folder.Path).Add(Migration);
        File.AppendAllText(folder.File("results.jsonl"), line + "\n");
        var problem = Assert.Throws<LabException>(() => ComparisonResults.Open(folder.Path));

        Assert.Contains("results.jsonl, line 2 is no result of a comparison", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_told() =>
        Assert.Contains("/dev/null/x cannot be used", Assert.Throws<LabException>(() => ComparisonResults.Open("/dev/null/x")).Message, StringComparison.Ordinal);
}
