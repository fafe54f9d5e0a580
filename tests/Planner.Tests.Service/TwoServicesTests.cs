using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Planner.Measurements;
using Planner.Service;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Services that take turns on one store.</summary>
public sealed class TwoServicesTests
{
    [Fact]
    public async Task The_second_service_waits_and_goes_on_where_the_first_was_killed()
    {
        using var folder = new TemporaryDirectory();
        using var otherFolder = new TemporaryDirectory();
        var store = PostgresServer.Shared.Address(PostgresServer.Shared.CreateDatabase());
        using var first = await ServiceProcess.StartAsync(folder.Path, store);
        await PutNodeAsync(first, "h1");
        var seen = Assert.Single(await EventsAsync(first, after: "0", count: 1));
        var starting = ServiceProcess.StartAsync(otherFolder.Path, store);
        await PutNodeAsync(first, "h2");
        Assert.False(starting.IsCompleted);
        first.Kill();

        using var second = await starting;
        await PutNodeAsync(second, "h3");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second, "/v1/nodes/h1"));
        var after = await EventsAsync(second, seen, count: 2);
        var last = long.Parse(seen, CultureInfo.InvariantCulture);
        Assert.Equal([last + 1, last + 2], after.Select(id => long.Parse(id, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_migration_that_another_service_has_under_way_is_left_to_it_and_ends_as_the_ledger_says()
    {
        using var folder = new TemporaryDirectory();
        using (var store = SqlMeasurementStore.Open(StoreAddress.Parse(folder.File("planner.db"))))
        {
            new ServiceStore(store).Change(change => change.Insert(OperationRecords.Of(new Operation
            {
                Id = "m1",
                State = Operation.Running,
                Machine = "vm1",
                Source = "a",
                Destination = "b",
                Sla = "gold",
                CreateTime = DateTimeOffset.UnixEpoch,
                Phase = "preCopy",
                RunBy = "another",
            })));
        }

        await using var service = await ServiceHere.StartAsync(folder, options => options with { Name = "this" });
        var before = (await service.GetAsync("/v1/migrations/m1")).Expect(200).Json;
        service.Store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1")] });
        var ended = await service.EndAsync("m1");

        Assert.Equal(("running", "another"), (before.GetProperty("state").GetString(), before.GetProperty("runBy").GetString()));
        Assert.Equal(("done", "completed", "m1"), (ended.GetProperty("state").GetString(), ended.GetProperty("outcome").GetString(), ended.GetProperty("attemptId").GetString()));
    }

    private static async Task<HttpStatusCode> StatusAsync(ServiceProcess service, string path)
    {
        using var answer = await service.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task PutNodeAsync(ServiceProcess service, string name)
    {
        using var body = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await service.Http.PutAsync($"/v1/nodes/{name}", body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The numbers of the next changes after one.</summary>
    private static async Task<List<string>> EventsAsync(ServiceProcess service, string after, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Add("Last-Event-ID", after);
        using var answer = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var numbers = new List<string>();
        while (numbers.Count < count)
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                numbers.Add(line["id: ".Length..]);
            }
        }

        return numbers;
    }
}
