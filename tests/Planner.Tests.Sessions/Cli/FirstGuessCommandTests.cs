using System.Text.Json;
using Planner.Cli;
using Planner.Storage;
using Planner.Tests.Learning;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>A first guess as a user meets it: a store with a learned model, and devices of a class that nobody has measured.</summary>
public sealed class FirstGuessCommandTests : IDisposable
{
    private readonly DeviceProcesses _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_new_class_stays_with_a_first_guess_shown_and_migrates_on_it_where_the_policy_accepts_that()
    {
        var cancel = TestContext.Current.CancellationToken;
        var path = _devices.PathOf("models.db");
        using (var store = SqlMeasurementStore.Open(StoreAddress.Parse(path)))
        {
            ColdStartTraining.Run([_devices.Write("workloads.yaml", GeneratedExamples.Trained)], store, 1, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        }

        var source = await _devices.StartAsync("fast-nic", "a", 1, cancel);
        var destination = await _devices.StartAsync("fast-nic", "b", 2, cancel);

        var stayed = await MigrateAsync("stay");
        Assert.True(stayed.Status == 3, stayed.ToString());
        Assert.Contains("only a first guess by model cold-start v1 of ", Decision(stayed).GetProperty("reason").GetString(), StringComparison.Ordinal);

        var accepted = await MigrateAsync("accept");
        Assert.True(accepted.Status == 0, accepted.ToString());
        Assert.Contains("first guess by model cold-start v1, without proof", Decision(accepted).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("independent", Decision(accepted).GetProperty("blackout").GetProperty("method").GetString());

        Task<PlannerProcess.Result> MigrateAsync(string action) => PlannerProcess.RunAsync(
            ["migrate", source, destination, "--sla", "gold", "--output", "json", "--store", path, "--policy", Policy(action)],
            stateHome: _devices.StateHome,
            cancel: cancel);
    }

    private static JsonElement Decision(PlannerProcess.Result result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("decision");

    private string Policy(string action) => _devices.Write(
        $"{action}.yaml",
        $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: gold }
        spec:
          blackout: { limit: {{(action == "stay" ? "1s" : "30s")}}, confidence: 0.9 }
          completeWithin: {{(action == "stay" ? "3s" : "60s")}}
          whenEvidenceIsInsufficient: {{action}}
        """);
}
