using System.Globalization;
using System.Text.RegularExpressions;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Architecture;

/// <summary>What the documents name is there, and the README stays one that is read.</summary>
public sealed partial class DocumentRuleTests
{
    private const int MostReadmeLines = 199;
    private const int MostReadmeColumns = 140;

    // What is history is not brought up to date: a decision names things as they were when it was made.
    private const string History = "docs/adr/";

    private static readonly IReadOnlyList<string> Documents =
        [.. Sources.Files("*.md").Where(f => !Sources.Name(f).Contains('/') || Sources.Name(f).StartsWith("docs/", StringComparison.Ordinal))];

    private static readonly Lazy<HashSet<string>> Names = new(() => [.. Sources.Code.SelectMany(f => Word().Matches(File.ReadAllText(f)).Select(m => m.Value))]);

    [Fact]
    public void The_readme_can_be_read_at_once()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"));

        Assert.InRange(lines.Length, 1, MostReadmeLines);
        Assert.All(lines, line => Assert.True(line.Length <= MostReadmeColumns, $"README.md has {line.Length} characters in: {line}"));
    }

    [Fact]
    public void Every_link_within_the_repository_leads_somewhere()
    {
        foreach (var document in Documents)
        {
            Assert.All(Link().Matches(File.ReadAllText(document)).Select(m => m.Groups["path"].Value), path =>
            {
                var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, path));
                Assert.True(Path.Exists(target), $"{Sources.Name(document)} links to {path}");
            });
        }
    }

    [Fact]
    public void Every_path_named_in_a_document_is_there() => Assert.All(
        Spans().Where(s => RepositoryPath().IsMatch(s.Text)),
        span => Assert.True(Path.Exists(Path.Combine(Repository.Root, span.Text.Split(' ')[0])), $"{span.Document} names {span.Text}"));

    [Fact]
    public void Every_type_and_every_test_named_in_a_document_is_there() => Assert.All(
        Spans().Where(s => CodeName().IsMatch(s.Text) || (s.Document == "docs/glossary.md" && TypeName().IsMatch(s.Text))),
        span => Assert.All(span.Text.Split('.', '<', '>').Where(part => part.Length > 0 && part != "TState"), part => Assert.True(Names.Value.Contains(part), $"{span.Document} names {span.Text}")));

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(14)]
    [InlineData(5)]
    [InlineData(11)]
    public void The_evidence_that_a_document_asks_for_is_what_the_code_asks_for(int terms)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs/evidence.md"));
        string Samples(double misses) => OrderStatistics.RequiredSamples(misses / terms, BlackoutModel.UnionError / terms).ToString("N0", CultureInfo.InvariantCulture);

        Assert.Contains($"| {terms} | {Samples(0.1)} | {Samples(0.01)} |", text, StringComparison.Ordinal);
        Assert.Contains($"| {string.Join(" | ", new[] { 0.1, 0.05, 0.01, 0.001 }.Select(ScoreTable.RequiredScores))} |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rules_look_at_something()
    {
        Assert.Contains(Spans(), s => s is ("README.md", "tests/qemu-lab up"));
        Assert.Contains(Spans(), s => s.Document == "docs/safety.md" && CodeName().IsMatch(s.Text));
        Assert.DoesNotContain("NoSuch" + "Name", Names.Value);
        Assert.True(Documents.Count(d => Link().IsMatch(File.ReadAllText(d))) > 10);
    }

    private static IEnumerable<(string Document, string Text)> Spans() =>
        from document in Documents
        let name = Sources.Name(document)
        where !name.StartsWith(History, StringComparison.Ordinal) && name != "CHANGELOG.md"
        from span in Code().Matches(Fence().Replace(File.ReadAllText(document), "")).Select(m => m.Groups["text"].Value)
        select (name, span);

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`(?<text>[^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?!\w+:|#)(?<path>[^)#\s]+)")]
    private static partial Regex Link();

    // Not what stands for many, such as tests/Planner.Tests.* or planner/….
    [GeneratedRegex(@"^(telemetry|estimators|policies|planner|tests|docs|eng)/[\w./-]+( |$)")]
    private static partial Regex RepositoryPath();

    // Two humps or more, such as DeviceOffer.CommitArc; words of one are also words of a language.
    [GeneratedRegex(@"^[A-Z][a-z0-9]+[A-Z]\w*(<\w+>)?(\.[A-Z]\w*)?$")]
    private static partial Regex CodeName();

    [GeneratedRegex(@"^[A-Z][a-z]\w*$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
