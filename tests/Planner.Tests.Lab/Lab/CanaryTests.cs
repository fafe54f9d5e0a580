using System.Text.Json;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A class that stays without evidence comes to commit by rehearsals of a canary, from its first day.</summary>
[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class CanaryTests
{
    private const string Stays =
        """
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: careful }
        spec:
          blackout: { limit: 300ms, confidence: 0.9 }
          completeWithin: 20s
          whenEvidenceIsInsufficient: stay
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_few_rounds_of_a_canary_a_class_that_stays_commits_and_says_that_its_bound_is_of_rehearsals()
    {
        using var folder = new TemporaryDirectory();
        await using var pair = await QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { Load = "ws_64,steady_10" } }, Cancellation);
        var (source, destination) = Link(folder, pair);
        var (policy, store) = (folder.File("policy.yaml"), folder.File("store.db"));
        await File.WriteAllTextAsync(policy, Stays, Cancellation);
        using var link = new TokenBucketLink(folder.File("link"), folder.File("incoming"), LinkRate.Steady(40));
        string[] way = ["--channel", $"unix:{folder.File("link")}", "--listen", $"unix:{folder.File("incoming")}"];
        string[] migrate = ["migrate", source, destination, .. way, "--sla", "careful", "--policy", policy, "--store", store, "--output", "json"];

        using var asked = new StartAfresh(folder, () => StartAsync(folder, pair));
        var measured = await PlannerChild.RunAsync(folder.Path, ["measure", source, "--to", destination, .. way, "--rounds", "11", "--restart", asked.Command, "--store", store, "--output", "json"]);
        Assert.True(measured.Status == 0, measured.Error);
        Assert.Equal(11, JsonDocument.Parse(measured.Output).RootElement.GetProperty("rounds").GetInt32());

        // The first round after a start stands on assumptions alone and scores nothing.
        await StartAsync(folder, pair);
        var after = await PlannerChild.RunAsync(folder.Path, migrate);
        Assert.True(after.Status == 0, after.Error);
        var decision = JsonDocument.Parse(after.Output).RootElement.GetProperty("decision");
        Assert.Equal("direct", decision.GetProperty("blackout").GetProperty("method").GetString());

        // Half as wide again until five commits have come, and four times as wide where other work has this host busy at the moment.
        Assert.True(decision.GetProperty("blackout").GetProperty("widenedBy").GetDouble() is 1.5 or 6, after.Output);
        Assert.Equal(0, decision.GetProperty("evidence").GetProperty("commits").GetInt32());
        Assert.InRange(decision.GetProperty("evidence").GetProperty("rehearsals").GetInt32(), 9, 10);
    }

    [Fact]
    public async Task Without_a_command_that_starts_the_sides_afresh_more_than_one_round_is_refused_and_one_that_fails_is_named()
    {
        using var folder = new TemporaryDirectory();
        await using var pair = await QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { Load = "ws_64,steady_10" } }, Cancellation);
        var (source, destination) = Link(folder, pair);

        var refused = await PlannerChild.RunAsync(folder.Path, ["measure", source, "--to", destination, "--rounds", "2"]);
        Assert.Equal(2, refused.Status);
        Assert.Contains("name a command with --restart", refused.Error, StringComparison.Ordinal);

        var failed = await PlannerChild.RunAsync(folder.Path, ["measure", source, "--to", destination, "--rounds", "2", "--restart", "false"]);
        Assert.Equal(1, failed.Status);
        Assert.Contains("--restart: 'false source' ended with 1; what was rehearsed until then is kept", failed.Error, StringComparison.Ordinal);
    }

    /// <summary>The guest goes on where it is, and there is a new destination: both stand where the planner looks for them.</summary>
    private static async Task StartAsync(TemporaryDirectory folder, QemuPair pair)
    {
        await pair.NewDestinationAsync(Cancellation);
        Link(folder, pair);
    }

    private static (string Source, string Destination) Link(TemporaryDirectory folder, QemuPair pair)
    {
        foreach (var (name, target) in new[] { ("source", pair.Source.QmpPath), ("destination", pair.Destination.QmpPath) })
        {
            File.Delete(folder.File(name));
            File.CreateSymbolicLink(folder.File(name), target);
        }

        return ($"qmp:{folder.File("source")}", $"qmp:{folder.File("destination")}");
    }
}
