using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ProtoBuf;

namespace Planner.Tests.Service;

/// <summary>A collector that takes OTLP over HTTP with protobuf, and keeps what it is sent.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private int _metrics;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.First();

    /// <summary>The spans that it was sent.</summary>
    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>How often it was sent metrics.</summary>
    public int Metrics => _metrics;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/traces", async (HttpContext http) =>
        {
            foreach (var span in Serializer.Deserialize<TraceExport>(await ReadAsync(http)).Spans)
            {
                receiver._spans.Enqueue(span);
            }
        });
        receiver._app.MapPost("/v1/metrics", async (HttpContext http) =>
        {
            await ReadAsync(http);
            Interlocked.Increment(ref receiver._metrics);
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until a migration was sent, and metrics: a service sends every few seconds, and what is left at its end only for as long as somebody would wait.</summary>
    public async Task WaitForAsync(string migration, CancellationToken stop)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(stop);
        guard.CancelAfter(TimeSpan.FromMinutes(2));
        while (_metrics == 0 || !_spans.Any(s => s["vm.migration.id"]?.Text == migration))
        {
            await Task.Delay(50, guard.Token);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<MemoryStream> ReadAsync(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        body.Position = 0;
        return body;
    }
}
