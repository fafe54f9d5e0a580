using Xunit;

namespace Planner.Tests.Service;

/// <summary>Nodes, machines and policies: what is put is kept, and what cannot be is refused with one sentence.</summary>
public sealed class ResourcesTests
{
    private const string Policy = """
        { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "NAME" }, "spec": { "selector": { "tier": "x" }, "blackout": { "limit": "LIMIT" } } }
        """;

    [Fact]
    public async Task What_is_put_is_there_after_a_restart_and_lists_are_paged_and_filtered()
    {
        using var folder = new Processes.TemporaryDirectory();
        await using (var service = await ServiceHere.StartAsync(folder))
        {
            for (var i = 0; i < 25; i++)
            {
                (await service.PutAsync($"/v1/nodes/h{i:00}", $$$"""{ "labels": { "zone": "{{{(i % 2 == 0 ? "a" : "b")}}}", "rack": "r{{{i % 5}}}" } }""")).Expect(200);
            }

            Assert.Equal(2, (await service.PutAsync("/v1/nodes/h00", """{ "labels": { "zone": "a" } }""")).Json.GetProperty("version").GetInt32());
        }

        await using var again = await ServiceHere.StartAsync(folder);
        var names = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = (await again.GetAsync($"/v1/nodes?limit=7&after={after}&label=zone%3Db&label=rack%3Dr1")).Expect(200).Json;
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(n => n.GetProperty("name").GetString()!));
            after = page.GetProperty("next").GetString();
        }

        Assert.Equal(["h01", "h11", "h21"], names);
        (await again.CallAsync(HttpMethod.Delete, "/v1/nodes/h00")).Expect(204);
        Assert.Equal("There is no node 'h00'.", (await again.GetAsync("/v1/nodes/h00")).Expect(404).Detail);
    }

    [Fact]
    public async Task A_class_that_is_put_selects_machines_and_replaces_a_delivered_one()
    {
        await using var service = await ServiceHere.StartAsync();
        (await service.PutAsync("/v1/policies/mine", Named("mine", "2s"))).Expect(200);
        (await service.PutAsync("/v1/machines/vm1", """{ "labels": { "tier": "x" }, "devices": ["sim:fast-nic"] }""")).Expect(200);
        Assert.Equal("mine", (await service.GetAsync("/v1/machines/vm1")).Json.GetProperty("sla").GetString());

        (await service.PutAsync("/v1/policies/gold", Named("gold", "1s"))).Expect(200);
        Assert.Equal("1s", (await service.GetAsync("/v1/policies/gold")).Json.GetProperty("spec").GetProperty("blackout").GetProperty("limit").GetString());
        (await service.CallAsync(HttpMethod.Delete, "/v1/policies/gold")).Expect(204);
        Assert.Equal("300ms", (await service.GetAsync("/v1/policies/gold")).Json.GetProperty("spec").GetProperty("blackout").GetProperty("limit").GetString());
        Assert.Contains("cannot be deleted", (await service.CallAsync(HttpMethod.Delete, "/v1/policies/gold")).Expect(409).Detail.Replace("but not deleted", "and cannot be deleted", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/nodes/h1", """{ "labls": {} }""", 400, "unknown key 'labls'; known here are labels, address, memory, vcpus.")]
    [InlineData("/v1/nodes/h1", """{ "labels": { "a": 1 } }""", 400, "'a' must be a text in quotes")]
    [InlineData("/v1/nodes/h1", """{ "labels": { "a": "1", "a": "2" } }""", 400, "given twice")]
    [InlineData("/v1/nodes/h1", "{ ", 400, "this is not JSON")]
    [InlineData("/v1/nodes/h1", "[]", 400, "must be an object")]
    [InlineData("/v1/nodes/-h1", "{}", 400, "begins with a letter or digit")]
    [InlineData("/v1/nodes/a%2F..%2Fb", "{}", 400, "A name has 1 to 127")]
    [InlineData("/v1/machines/vm1", "{}", 422, "either a 'target'")]
    [InlineData("/v1/machines/vm1", """{ "target": "qmp:/a", "devices": ["sim:fast-nic"] }""", 422, "give one of both")]
    [InlineData("/v1/machines/vm1", """{ "devices": ["pigeon:home"] }""", 422, "is not a device address")]
    [InlineData("/v1/machines/vm1", """{ "devices": ["sim:fast-nic"], "node": "nowhere" }""", 422, "There is no node 'nowhere'")]
    [InlineData("/v1/policies/p", """{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "p" }, "spec": { "blackout": { "limit": 300 } } }""", 400, "with its unit")]
    [InlineData("/v1/policies/p", """{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "q" }, "spec": { "blackout": { "limit": "300ms" } } }""", 422, "metadata.name 'p'")]
    public async Task What_cannot_be_is_refused_with_a_sentence(string path, string body, int status, string words)
    {
        await using var service = await ServiceHere.StartAsync();

        var refused = (await service.PutAsync(path, body)).Expect(status);

        Assert.Contains(words, refused.Detail, StringComparison.Ordinal);
        Assert.Equal(status, Assert.Single(service.Records.ReadAudit(10)).Status);
    }

    [Fact]
    public async Task Other_content_huge_bodies_and_unknown_paths_are_refused()
    {
        await using var service = await ServiceHere.StartAsync();

        using var text = new StringContent("x");
        Assert.Equal(415, (int)(await service.Http.PutAsync("/v1/nodes/h1", text, TestContext.Current.CancellationToken)).StatusCode);
        (await service.PutAsync("/v1/nodes/h1", $$"""{ "address": "{{new string('a', 300_000)}}" }""")).Expect(413);
        (await service.PutAsync("/v1/nodes/h1", "")).Expect(400);
        (await service.GetAsync("/v1/nothing")).Expect(404);
        (await service.GetAsync("/v1/nodes?limit=0")).Expect(400);
        (await service.GetAsync("/v1/nodes?limit=1001")).Expect(400);
        (await service.GetAsync("/v1/nodes?label=x")).Expect(400);
        (await service.GetAsync("/v1/migrations?after=tomorrow")).Expect(400);
        (await service.CallAsync(HttpMethod.Patch, "/v1/nodes/h1")).Expect(405);
    }

    [Fact]
    public async Task Every_change_is_a_row_of_the_audit_and_looking_is_none()
    {
        await using var service = await ServiceHere.StartAsync();
        (await service.PutAsync("/v1/nodes/h1", "{}")).Expect(200);
        (await service.GetAsync("/v1/nodes")).Expect(200);

        var row = Assert.Single(service.Records.ReadAudit(10));

        Assert.Equal(("local", "PUT", "/v1/nodes/h1", 200), (row.Caller, row.Method, row.Path, row.Status));
    }

    private static string Named(string name, string limit) => Policy.Replace("NAME", name, StringComparison.Ordinal).Replace("LIMIT", limit, StringComparison.Ordinal);
}
