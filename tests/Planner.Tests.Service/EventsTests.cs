using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Planner.Service;
using Planner.Storage;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Every change reaches everybody who listens, whoever goes away and comes back.</summary>
public sealed class EventsTests
{
    [Fact]
    public async Task A_listener_that_comes_back_a_thousand_times_misses_nothing_and_gets_nothing_twice()
    {
        const int Reconnects = 1000;
        await using var service = await ServiceHere.StartAsync();
        var stop = TestContext.Current.CancellationToken;
        var begin = service.Records.EventNumbers().Last;
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; i < Reconnects; i++)
                {
                    // Several at once, so that a connection ends in the middle of a batch; and more than are read, so that nobody waits for what never comes.
                    service.Records.Change(change =>
                    {
                        for (var j = 0; j < 4; j++)
                        {
                            change.Append(new StoredEvent(0, TimeProvider.System.GetUtcNow(), "test.change", null, null, $$"""{ "i": {{i}}, "j": {{j}} }"""));
                        }
                    });
                    service.Events.Wake();
                    await Task.Yield();
                }
            },
            stop);

        var seen = new List<long>();
        for (var i = 0; i < Reconnects; i++)
        {
            var after = seen.Count > 0 ? seen[^1] : begin;
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
            request.Headers.Add("Last-Event-ID", after.ToString());
            using var response = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));

            // A few, and the connection is cut.
            for (var events = 0; events < 1 + (i % 5);)
            {
                var line = await reader.ReadLineAsync(stop);
                if (line?.StartsWith("id: ", StringComparison.Ordinal) == true)
                {
                    seen.Add(long.Parse(line[4..]));
                    events++;
                }
            }
        }

        await writer;
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => begin + n), seen);
        Assert.True(seen.Count >= Reconnects);
    }

    [Fact]
    public async Task A_listener_hears_a_heartbeat_without_a_number_and_is_told_when_it_was_away_for_too_long()
    {
        await using var service = await ServiceHere.StartAsync();
        var stop = TestContext.Current.CancellationToken;
        await using (var stream = await service.Http.GetStreamAsync("/v1/events", stop))
        {
            using var reader = new StreamReader(stream);
            Assert.Equal("event: heartbeat", await reader.ReadLineAsync(stop));
            Assert.StartsWith("data: {", await reader.ReadLineAsync(stop), StringComparison.Ordinal);
        }

        service.Records.Change(change =>
        {
            for (var i = 0; i < 5; i++)
            {
                change.Append(new StoredEvent(0, DateTimeOffset.UnixEpoch, "old.change", null, null, "{}"));
            }

            change.Drop(DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch);
        });
        await using var late = await service.Http.GetStreamAsync("/v1/events?after=1", stop);
        using var lateReader = new StreamReader(late);
        Assert.Equal("event: lost", await lateReader.ReadLineAsync(stop));
        (await service.GetAsync("/v1/events?after=x")).Expect(400);
    }

    [Fact]
    public async Task A_webhook_is_told_in_order_with_signed_bodies_and_again_after_a_failure()
    {
        const string Secret = "0123456789abcdef";
        using var receiver = new HttpListener();
        var port = FreePort();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        var told = new ConcurrentQueue<string>();
        var stop = TestContext.Current.CancellationToken;
        var listening = Task.Run(
            async () =>
            {
                for (var i = 0; told.Count < 3; i++)
                {
                    var context = await receiver.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = await reader.ReadToEndAsync(stop);
                    var time = context.Request.Headers["Planner-Time"]!;
                    var expected = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
                    Assert.Equal(expected, context.Request.Headers["Planner-Signature"]);
                    context.Response.StatusCode = i == 1 ? 500 : 204;
                    context.Response.Close();
                    if (i != 1)
                    {
                        told.Enqueue(JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("name").GetString()!);
                    }
                }
            },
            stop);
        await using var service = await ServiceHere.StartAsync();
        var put = (await service.PutAsync("/v1/webhooks/w", $$"""{ "url": "http://127.0.0.1:{{port}}/x", "secret": "{{Secret}}", "kinds": ["node"] }""")).Expect(200);
        Assert.DoesNotContain(Secret, put.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await service.GetAsync("/v1/webhooks")).Text, StringComparison.Ordinal);
        foreach (var name in new[] { "a", "b", "c" })
        {
            (await service.PutAsync($"/v1/nodes/{name}", "{}")).Expect(200);
            (await service.PutAsync($"/v1/machines/{name}", """{ "devices": ["sim:fast-nic"] }""")).Expect(200);
        }

        await listening.WaitAsync(TimeSpan.FromSeconds(60), stop);

        Assert.Equal(["a", "b", "c"], told);
        (await service.PutAsync("/v1/webhooks/w", """{ "url": "ftp://x", "secret": "0123456789abcdef" }""")).Expect(422);
        (await service.PutAsync("/v1/webhooks/w", """{ "url": "http://x", "secret": "short" }""")).Expect(422);
        Assert.Equal(TimeSpan.FromSeconds(300), Webhooks.WaitAfter(20));
    }

    [Fact]
    public async Task A_notice_is_answered_by_its_tenant_and_begins_once_when_it_may()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        var now = TimeProvider.System.GetUtcNow();
        string Body(double from, double to) => $$"""{ "machine": "vm1", "destination": "h2", "sla": "gold", "notBefore": "{{now.AddHours(from):O}}", "latestStart": "{{now.AddHours(to):O}}" }""";
        (await service.PostAsync("/v1/notices", Body(2, 1))).Expect(422);
        var id = (await service.PostAsync("/v1/notices", Body(1, 3))).Expect(201).Json.GetProperty("id").GetString();

        Assert.Contains("beyond its latest start", (await service.PostAsync($"/v1/notices/{id}/postpone", $$"""{ "until": "{{now.AddHours(4):O}}" }""")).Expect(409).Detail, StringComparison.Ordinal);
        Assert.Equal("postponed", (await service.PostAsync($"/v1/notices/{id}/postpone", $$"""{ "until": "{{now.AddHours(2):O}}" }""")).Expect(200).Json.GetProperty("state").GetString());
        Assert.Empty((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
        (await service.PostAsync($"/v1/notices/{id}/acknowledge", "")).Expect(200);

        JsonElement notice;
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            await Task.Delay(100, guard.Token);
            notice = (await service.GetAsync($"/v1/notices/{id}")).Expect(200).Json;
        }
        while (notice.GetProperty("state").GetString() != "started");

        Assert.Equal("stayed", (await service.EndAsync(notice.GetProperty("migration").GetString()!)).GetProperty("outcome").GetString());
        Assert.Single((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
        Assert.Single((await service.GetAsync("/v1/notices?label=machine%3Dvm1")).Json.GetProperty("items").EnumerateArray());
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
