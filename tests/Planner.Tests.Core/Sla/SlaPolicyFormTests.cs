using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Json.Schema;
using Planner.Documents;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Planner.Tests.Sla;

/// <summary>The other forms of a policy: JSON, the schema, OpenSLO, words.</summary>
public sealed class SlaPolicyFormTests
{
    private const string Head = "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: gold }\nspec:\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonSchema Schema = JsonSchema.FromText(SlaPolicySchema.Text);

    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-policy.yaml"), Path.Combine(Repository.Root, "policies/Planner.Documents/Policies/built-in-policies.yaml")];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_written_as_JSON_is_read_as_the_same_policy_and_keeps_to_the_schema(string file)
    {
        foreach (var policy in SlaPolicyText.ReadAll(File.ReadAllText(file), file))
        {
            var json = SlaPolicyJson.Write(policy);

            Assert.Equal(json, SlaPolicyJson.Write(Assert.Single(SlaPolicyText.ReadAll(json, "json"))));
            Assert.True(IsValid(JsonNode.Parse(json)!), json);
        }

        Assert.All(ReadYaml(File.ReadAllText(file)), node => Assert.True(IsValid(node), $"{file}: {node}"));
    }

    [Theory]
    [InlineData("  blackout: { limit: 300ms, limt: 1s }\n")]
    [InlineData("  blackout: { limit: 300 }\n")]
    [InlineData("  blackout: { limit: -300ms }\n")]
    [InlineData("  blackout: { limit: 300ms, confidence: 1 }\n")]
    [InlineData("  blackout: { limit: 300ms }\n  mode: sleepy\n")]
    [InlineData("  blackout: { limit: 300ms }\n  onFailure: [unwind, unwind]\n")]
    [InlineData("  blackout: { limit: 300ms }\n  postCopy: always\n")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { atMost: 0, backOff: 1m }\n")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { backOff: 1m }\n")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { atMost: 2 }\n")]
    [InlineData("  blackout: { limit: 300ms }\n  dirtyRateLimit: { floor: 10MiB }\n")]
    [InlineData("  blackout: { limit: 300ms }\n  maintenanceWindows: [ { for: 4h } ]\n")]
    [InlineData("  completeWithin: 10m\n")]
    public void What_the_reader_refuses_for_its_shape_the_schema_refuses_too(string spec)
    {
        Assert.Throws<DocumentException>(() => SlaPolicyText.ReadAll(Head + spec, "p.yaml"));
        Assert.False(IsValid(Assert.Single(ReadYaml(Head + spec))));
    }

    [Fact]
    public void The_schema_knows_every_key_that_the_reader_knows_and_no_other()
    {
        var refusal = Assert.Throws<DocumentException>(() => SlaPolicyText.ReadAll(Head + "  blackout: { limit: 1s }\n  nothing: 1\n", "p.yaml"));
        var known = refusal.Message[(refusal.Message.IndexOf("known here: ", StringComparison.Ordinal) + 12)..].Split(", ");
        var spec = JsonNode.Parse(SlaPolicySchema.Text)!["properties"]!["spec"]!["properties"]!.AsObject().Select(p => p.Key);

        Assert.Equal(known.Order(StringComparer.Ordinal), spec.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Any_duration_and_any_rate_is_read_as_it_was_written()
    {
        Gen.Long[0, TimeSpan.TicksPerDay * 10_000].Sample(ticks =>
            UnitText.TryParseDuration(UnitText.Write(TimeSpan.FromTicks(ticks)), out var read) && Math.Abs(read.Ticks - ticks) <= (ticks / (1L << 50)) + 1, seed: "0000000000001");
        Gen.Double[1, 1e12].Sample(rate => UnitText.TryParseBytesPerSecond(UnitText.WriteRate(rate), out var read) && read == rate, seed: "0000000000001");
        Assert.Equal(["300ms", "10m", "30d", "90s", "100ns", "0s"], new[] { 3_000_000L, 6_000_000_000, 25_920_000_000_000, 900_000_000, 1, 0 }.Select(t => UnitText.Write(TimeSpan.FromTicks(t))));
        Assert.Equal("10MiB/s", UnitText.WriteRate(10 * 1024 * 1024));
    }

    [Fact]
    public void An_objective_of_OpenSLO_has_the_promised_share_and_says_where_the_seconds_went()
    {
        var policy = SlaPolicyText.ReadAll(File.ReadAllText(Path.Combine(Repository.Root, "docs/examples/gold-policy.yaml")), "gold")[0];

        var slo = Assert.Single(ReadYaml(SlaPolicyOpenSlo.Write([policy])));

        // The fields that the specification of OpenSLO v1 requires of an SLO, and their words.
        Assert.Equal(("openslo/v1", "SLO", "gold-blackout"), ((string?)slo["apiVersion"], (string?)slo["kind"], (string?)slo["metadata"]!["name"]));
        var spec = slo["spec"]!;
        Assert.Equal(("planner", "Occurrences"), ((string?)spec["service"], (string?)spec["budgetingMethod"]));
        Assert.Equal(("30d", true), ((string?)spec["timeWindow"]![0]!["duration"], (bool)spec["timeWindow"]![0]!["isRolling"]!));
        Assert.Equal(0.99, (double)spec["objectives"]![0]!["target"]!);
        var ratio = spec["indicator"]!["spec"]!["ratioMetric"]!.AsObject();
        Assert.Equal(["counter", "bad", "total"], ratio.Select(p => p.Key));
        Assert.Equal("sum(vm_migration_blackout_duration_seconds_count{vm_migration_sla_class=\"gold\", vm_migration_limit_exceeded=\"true\"})", (string?)ratio["bad"]!["metricSource"]!["spec"]!["query"]);
        Assert.Equal("30s", (string?)slo["metadata"]!["annotations"]!["error-budget-blackout"]);
        Assert.Contains("is no part of this objective", (string?)spec["description"], StringComparison.Ordinal);
    }

    // What the JSON schema of OpenSLO v1 (openslo.schema.json and its parts) asks of an SLO.
    [Theory]
    [InlineData("gold", "")]
    [InlineData("Gold of the 1st rack/über", "errorBudget: { blackout: 90s, per: 36h }")]
    [InlineData("---", "errorBudget: { blackout: 1s, per: 100s }")]
    [InlineData("a-name-as-long-as-may-be-which-has-about-sixty-characters-or-so", "errorBudget: { blackout: 500ms, per: 365d }")]
    public void An_objective_keeps_the_rules_of_the_schema_of_OpenSLO(string name, string budget)
    {
        var policy = SlaPolicyText.ReadAll($"apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: {{ name: \"{name}\" }}\nspec:\n  blackout: {{ limit: 300ms, confidence: 0.999 }}\n  {budget}\n", "p")[0];
        var slo = Assert.Single(ReadYaml(SlaPolicyOpenSlo.Write([policy])));
        const string Name = @"^[a-z0-9][a-z0-9.|\/\\-]*[a-z0-9]*$";

        Assert.Superset(new HashSet<string> { "apiVersion", "kind", "metadata", "spec" }, slo.AsObject().Select(p => p.Key).ToHashSet());
        var spec = slo["spec"]!.AsObject();
        Assert.Superset(new HashSet<string> { "service", "budgetingMethod", "objectives", "indicator" }, spec.Select(p => p.Key).ToHashSet());
        Assert.All([(string)slo["metadata"]!["name"]!, (string)spec["service"]!, (string)spec["indicator"]!["metadata"]!["name"]!], n =>
        {
            Assert.Matches(Name, n);
            Assert.InRange(n.Length, 1, 255);
        });
        Assert.InRange(((string)spec["description"]!).Length, 0, 1050);
        Assert.All(slo["metadata"]!["annotations"]?.AsObject().ToList() ?? [], a =>
        {
            Assert.Matches("^[a-z0-9A-Z][a-z0-9A-Z._-]*[a-z0-9A-Z]*$", a.Key);
            Assert.InRange(a.Key.Length, 1, 63);
        });
        var window = Assert.Single(spec["timeWindow"]!.AsArray())!;
        Assert.Matches("^[1-9][0-9]*[mhdwMQY]$", (string)window["duration"]!);
        Assert.True((bool)window["isRolling"]!);
        Assert.All(spec["objectives"]!.AsArray(), o => Assert.InRange((double)o!["target"]!, 0, 0.9999999));
        var ratio = spec["indicator"]!["spec"]!["ratioMetric"]!.AsObject();
        Assert.True(ratio.ContainsKey("good") != ratio.ContainsKey("bad") && ratio.ContainsKey("total"));
        Assert.All([ratio["bad"]!, ratio["total"]!], m => Assert.IsType<System.Text.Json.Nodes.JsonObject>(m["metricSource"]!["spec"]));
    }

    [Fact]
    public void A_policy_in_words_says_what_it_takes_and_what_follows()
    {
        var policy = SlaPolicyText.ReadAll(File.ReadAllText(Path.Combine(Repository.Root, "docs/examples/gold-policy.yaml")), "gold")[0];

        var words = SlaPolicyWords.Explain(policy, Now);

        Assert.Contains("Evidence: a commit takes 99 past blackouts of the machine, or as many machines like it; before that it stays.", words);
        Assert.Contains("Budget of a machine: 30.0 s of blackout in any 720 h, 100 blackouts at the limit. Once it is spent the machine stays.", words);
        Assert.Contains("Window: 0 0 2 ? * SAT (Europe/Berlin) for 4.00 h; opens 2026-12-05 01:00:00 UTC, 2026-12-12 01:00:00 UTC, 2026-12-19 01:00:00 UTC.", words);
        Assert.Contains(words, w => w.StartsWith("Attempts: after 3 attempts in a row", StringComparison.Ordinal));
    }

    [Fact]
    public void What_may_surprise_is_noted()
    {
        var policies = SlaPolicyText.ReadAll(
            Head + "  blackout: { limit: 2s }\n  postCopy: whenNothingFits\n  errorBudget: { blackout: 1s, per: 30d }\n  completeWithin: 2h\n"
            + "  maintenanceWindows: [ { cron: \"0 0 2 ? * SAT\", for: 1h }, { cron: \"0 0 2 1 1 ? 2020\", for: 3h } ]\n---\n"
            + Head.Replace("gold", "silver", StringComparison.Ordinal) + "  blackout: { limit: 2s }\n", "p.yaml");

        var notes = SlaPolicyWords.Notes(policies, Now).Select(n => n.Note).ToList();

        Assert.Equal(5, notes.Count);
        Assert.Contains(notes, n => n.StartsWith("postCopy: This planner does not do that", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("tighter limit", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("shorter than completeWithin", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("never opens again", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("select the same machines", StringComparison.Ordinal));
    }

    private static bool IsValid(JsonNode node) => Schema.Evaluate(JsonSerializer.SerializeToElement(node)).IsValid;

    private static IEnumerable<JsonNode> ReadYaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(d => ToJson(d.RootNode));
    }

    private static JsonNode ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, (JsonNode?)ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        var scalar => ((YamlScalarNode)scalar).Value!,
    };
}
