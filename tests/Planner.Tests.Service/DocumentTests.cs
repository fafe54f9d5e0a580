using System.Text.Json;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>The document of the interface and the page that shows it.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task The_document_names_every_call_with_its_bodies_and_the_page_shows_it_without_another_host()
    {
        await using var service = await ServiceHere.StartAsync();
        var document = (await service.GetAsync("/openapi/v1.json")).Expect(200).Json;

        var calls = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name} {p.Name}")).ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "put /v1/nodes/{name}", "get /v1/machines", "delete /v1/policies/{name}", "post /v1/decisions", "post /v1/forecasts", "post /v1/switchover-decisions", "post /v1/migrations",
                "post /v1/migrations/{id}/cancel", "get /v1/events", "get /v1/migrations/{id}/events", "get /v1/attempts/{id}", "get /v1/budgets", "get /v1/calibration", "get /v1/arcs",
                "post /v1/plans", "get /v1/plans/{id}", "post /v1/plans/{id}/apply", "post /v1/plans/{id}/approve", "put /v1/nodes/{name}/maintenance",
                "post /v1/notices/{id}/postpone", "put /v1/webhooks/{name}", "post /v1/session", "get /health", "get /ready",
            },
            calls.ToHashSet());
        var body = document.GetProperty("paths").GetProperty("/v1/migrations").GetProperty("post").GetProperty("requestBody");
        Assert.Contains("MigrationBody", body.ToString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, document.GetProperty("components").GetProperty("schemas").GetProperty("Operation").ValueKind);

        var page = (await service.GetAsync("/docs/")).Expect(200).Text;
        Assert.DoesNotContain("https://cdn", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_healthy_and_ready_and_says_so()
    {
        await using var service = await ServiceHere.StartAsync();

        Assert.Equal("ok", (await service.GetAsync("/health")).Expect(200).Json.GetProperty("status").GetString());
        Assert.Equal("ready", (await service.GetAsync("/ready")).Expect(200).Json.GetProperty("status").GetString());
    }
}
