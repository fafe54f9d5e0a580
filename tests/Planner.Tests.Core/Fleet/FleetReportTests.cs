using System.Text.Json;
using System.Xml.Linq;
using Planner.Documents;
using Planner.Evaluation;
using Planner.Fleet;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class FleetReportTests
{
    private const string Odd = """
          hosts: [ { name: "h<1>", memory: 128GiB }, { name: "=h2", memory: 128GiB }, { name: h3, memory: 8GiB } ]
          machines:
            - { name: "a,\"b\"", host: "h<1>", memory: 8GiB, sla: silver, dirty: { workingSet: 64MiB, timeConstant: 5s } }
            - { name: busy, host: "h<1>", memory: 64GiB, sla: gold, dirty: { workingSet: 40GiB, timeConstant: 4s } }
          evidence: [ { memory: 2GiB, bytesPerSecond: 125000000, seconds: 17.5 } ]
          task: { drain: ["h<1>"], finishWithin: 1h }
        """;

    [Theory]
    [InlineData("evacuation-fleet.yaml")]
    [InlineData("upgrade-fleet.yaml")]
    public void The_page_of_an_example_is_whole_needs_nothing_else_and_has_words_for_every_picture(string file)
    {
        var path = Path.Combine(Repository.Root, "docs", "examples", file);
        var page = Page(FleetText.Read(File.ReadAllText(path), path, SmallFleets.Names));
        var html = XDocument.Parse(page[(page.IndexOf('\n', StringComparison.Ordinal) + 1)..]);

        Assert.StartsWith("<!DOCTYPE html>\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain(html.Descendants().Attributes(), a => a.Name.LocalName is "src" or "href" or "onclick");
        var pictures = html.Descendants().Where(e => e.Name.LocalName == "svg").ToList();
        Assert.True(pictures.Count >= 4, $"{pictures.Count} pictures");
        Assert.All(pictures, svg =>
        {
            Assert.Equal("img", svg.Attribute("role")!.Value);
            Assert.NotEmpty(svg.Elements().First().Value);
            Assert.Contains(svg.Parent!.Elements(), e => e.Name == "figcaption");
        });
        Assert.All(html.Descendants("figure").Where(f => f.Element("details") is null), f => Assert.Contains(f.ElementsAfterSelf(), e => e.Name == "table"));
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains("@media print", page, StringComparison.Ordinal);
        foreach (var heading in (string[])["Schedule", "When it is done", "Link use", "SLA feasibility by class", "Blackout against bandwidth", "Blackout against a dirty-rate limit", "Moves"])
        {
            Assert.Contains(html.Descendants("h2"), h => h.Value == heading);
        }
    }

    [Fact]
    public void Names_are_text_in_the_page_and_the_same_plan_gives_the_same_page()
    {
        var fleet = SmallFleets.Read(Odd);

        Assert.Contains("h&lt;1&gt;", Page(fleet), StringComparison.Ordinal);
        Assert.DoesNotContain("h<1>", Page(fleet), StringComparison.Ordinal);
        Assert.Contains("Machines that cannot move", Page(fleet), StringComparison.Ordinal);
        Assert.Equal(Page(fleet), Page(fleet));
    }

    [Fact]
    public void Past_moves_are_shown_beside_what_the_others_foretell_for_them()
    {
        var fleet = GeneratedFleets.Given(6, 1);
        fleet = fleet with { Evidence = [.. Enumerable.Range(0, 200).Select(i => new PastMove(2L << 30, 125e6, 18 + Math.Sin(i * 0.7)))] };
        var planner = new FleetPlanner(fleet, BuiltInPolicies.All, SmallFleets.Devices);
        var figures = planner.Figures(planner.Plan(new PlanOptions(1, 20)));

        Assert.All(figures.Calibration, c => Assert.InRange(c.Seen, c.Foretold - 0.12, c.Foretold + 0.12));
        Assert.All(figures.Links, l => Assert.All(l.Points, p => Assert.InRange(p.Y, 0, 1.0001)));
        Assert.Contains("Calibration", FleetReport.Write(fleet, planner.Plan(new PlanOptions(1, 20)), figures), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_a_row_for_each_move_and_each_blocked_machine_and_no_cell_is_a_formula()
    {
        var lines = FleetPlanCsv.Write(SmallFleets.Plan(Odd)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.StartsWith("\"a,\"\"b\"\"\",h<1>,'=h2,0,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("busy,,,", lines[2], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.Equal(10, Fields(l)));
    }

    [Fact]
    public void The_JSON_has_exactly_the_fields_of_the_contract()
    {
        var plan = JsonDocument.Parse(FleetPlanJson.Write(SmallFleets.Plan(Odd))).RootElement;

        Assert.Equal(["feasible", "makespanP50Seconds", "makespanP95Seconds", "probabilityInTime", "lowerBoundSeconds", "moves", "blocked", "lastSafeStart", "hash"], plan.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["machine", "from", "to", "startSeconds", "p50Seconds", "p95Seconds", "bytesPerSecond", "dirtyRateLimitBytesPerSecond"], plan.GetProperty("moves")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["machine", "reason", "cheapestChange"], plan.GetProperty("blocked")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("lastSafeStart").GetProperty("h<1>").ValueKind);
    }

    private static int Fields(string line) => line.Where((c, i) => c == ',' && line[..i].Count(x => x == '"') % 2 == 0).Count();

    private static string Page(FleetSpec fleet)
    {
        var planner = new FleetPlanner(fleet, BuiltInPolicies.All, SmallFleets.Devices);
        var plan = planner.Plan(new PlanOptions(1, 50));
        return FleetReport.Write(fleet, plan, planner.Figures(plan));
    }
}
