using System.Xml.Linq;
using Xunit;

namespace Planner.Tests.Architecture;

/// <summary>Who may reference whom (docs/ARCHITECTURE.md): data flows one way, and the core hangs on nothing outside.</summary>
public sealed class ReferenceRuleTests
{
    private static readonly string[] Core = ["Planner.Measurements", "Planner.Estimators", "Planner.Evidence", "Planner.Policies", "Planner.Engine"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Planner.Measurements"] = [],
        ["Planner.Storage"] = ["Planner.Measurements"],
        ["Planner.Telemetry"] = ["Planner.Measurements"],
        ["Planner.Estimators"] = ["Planner.Measurements"],
        ["Planner.Learning"] = ["Planner.Estimators", "Planner.Measurements"],
        ["Planner.Evidence"] = ["Planner.Estimators", "Planner.Measurements"],
        ["Planner.Policies"] = ["Planner.Evidence", "Planner.Estimators", "Planner.Measurements"],
        ["Planner.Documents"] = ["Planner.Policies", "Planner.Estimators", "Planner.Measurements"],
        ["Planner.Engine"] = ["Planner.Policies", "Planner.Evidence", "Planner.Estimators", "Planner.Measurements"],
        ["Planner.Fleet"] = ["Planner.Policies", "Planner.Estimators", "Planner.Measurements"],
        ["Planner.Devices"] = ["Planner.Documents", "Planner.Measurements"],
        ["Planner.Hypervisors"] = ["Planner.Devices", "Planner.Measurements"],
        ["Planner.Sessions"] = [.. Core, "Planner.Documents"],
        ["Planner.Simulation"] = [.. Core, "Planner.Documents", "Planner.Devices", "Planner.Sessions"],
        ["Planner.Evaluation"] = [.. Core, "Planner.Documents", "Planner.Fleet", "Planner.Simulation"],
        ["Planner.Agent"] = [.. Core, "Planner.Documents", "Planner.Storage", "Planner.Sessions"],
        ["Planner.Service"] = [.. Core, "Planner.Documents", "Planner.Storage", "Planner.Telemetry", "Planner.Sessions", "Planner.Fleet", "Planner.Agent"],
        ["Planner.Cli"] =
        [
            .. Core, "Planner.Documents", "Planner.Learning", "Planner.Storage", "Planner.Telemetry", "Planner.Devices", "Planner.Hypervisors", "Planner.Sessions",
            "Planner.Simulation", "Planner.Evaluation", "Planner.Fleet", "Planner.Agent", "Planner.Service",
        ],
    };

    public static TheoryData<string> ProductProjects() => [.. Sources.ProductProjects.Select(f => Path.GetFileNameWithoutExtension(f)!).Order()];

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void A_project_references_only_what_its_place_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} has no rule yet: give it one here and in docs/ARCHITECTURE.md");
        Assert.Subset(allowed.ToHashSet(), References(project).ToHashSet());
    }

    [Fact]
    public void The_core_projects_and_the_fleets_are_kept_from_input_and_output_by_the_analyzer()
    {
        var props = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"));
        var condition = props.Descendants("IsCoreProject").Single().Parent!.Attribute("Condition")!.Value;

        Assert.Equal(Core.Append("Planner.Fleet").Order(), condition.Split('\'').Where(part => part.StartsWith("Planner.", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Planner.sln")).Replace('\\', '/');

        Assert.All(Sources.Files("*.csproj"), file => Assert.Contains($"\"{Path.GetRelativePath(Repository.Root, file)}\"", solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        Included(Sources.ProductProjects.Single(f => Path.GetFileNameWithoutExtension(f) == project), "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path)!);

    private static IEnumerable<string> Included(string projectFile, string item) =>
        XDocument.Load(projectFile).Descendants(item).Select(e => e.Attribute("Include")!.Value);
}
