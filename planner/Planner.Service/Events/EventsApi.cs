using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Every change as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), from the store: whoever comes back with
/// <c>Last-Event-ID</c> has missed nothing.</summary>
internal static class EventsApi
{
    private const int Batch = 256;
    private const int MostListeners = 512;
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(2);
    private static int _listeners;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events", (HttpContext http, ServiceParts parts) => StreamAsync(http, parts, null))
            .Produces(200, contentType: "text/event-stream").WithSummary("Every change, as server-sent events. Last-Event-ID goes on where a listener stopped; 'after=0' begins with the oldest that is kept.").Needs(Scope.Read);
        api.MapGet("/migrations/{id}/events", (HttpContext http, ServiceParts parts, string id) => StreamAsync(http, parts, parts.Migrations.Find(id).Id))
            .Produces(200, contentType: "text/event-stream").WithSummary("The changes of one migration from its beginning; ends with it.").Needs(Scope.Read);
    }

    /// <summary>A change as listeners read it.</summary>
    public static string Write(StoredEvent what)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("number", what.Number);
            writer.WriteString("at", what.At);
            writer.WriteString("kind", what.Kind);
            writer.WriteString("migration", what.Migration);
            writer.WriteString("machine", what.Machine);
            writer.WritePropertyName("data");
            writer.WriteRawValue(what.Body);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task StreamAsync(HttpContext http, ServiceParts parts, string? migration)
    {
        var after = After(http, parts, migration);
        if (Interlocked.Increment(ref _listeners) > MostListeners)
        {
            Interlocked.Decrement(ref _listeners);
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, $"{MostListeners} listeners are served already: try again later.");
        }

        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await ListenAsync(http, parts, migration, after).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The listener has gone, or the service goes.
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private static async Task ListenAsync(HttpContext http, ServiceParts parts, string? migration, long after)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, parts.Stopping);
        var gone = ends.Token;
        await http.Response.WriteAsync(Lost(parts, after), gone).ConfigureAwait(false);
        while (true)
        {
            // Taken before reading: what is changed after the read wakes it.
            var next = parts.Events.Next;
            var events = parts.Records.ReadEvents(after, migration, Batch);
            foreach (var what in events)
            {
                await http.Response.WriteAsync($"id: {what.Number}\nevent: {what.Kind}\ndata: {Write(what)}\n\n", gone).ConfigureAwait(false);
                after = what.Number;
            }

            await http.Response.Body.FlushAsync(gone).ConfigureAwait(false);
            if (events.Count > 0)
            {
                continue;
            }

            if (migration is not null && parts.Migrations.Find(migration).IsOver)
            {
                return;
            }

            if (await Task.WhenAny(next, Task.Delay(HeartbeatEvery, parts.Clock, gone)).ConfigureAwait(false) != next)
            {
                gone.ThrowIfCancellationRequested();
                await http.Response.WriteAsync($"event: heartbeat\ndata: {{\"at\":\"{parts.Now:O}\",\"number\":{after}}}\n\n", gone).ConfigureAwait(false);
                await http.Response.Body.FlushAsync(gone).ConfigureAwait(false);
            }
        }
    }

    // Where a listener was away for longer than changes are kept, it is told how many it has missed.
    private static string Lost(ServiceParts parts, long after)
    {
        var (first, _) = parts.Records.EventNumbers();
        return after > 0 && first > after + 1 ? $"event: lost\ndata: {{\"after\":{after},\"number\":{first}}}\n\n" : "";
    }

    private static long After(HttpContext http, ServiceParts parts, string? migration)
    {
        var text = http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } header] ? header : http.Request.Query["after"] is [{ } asked] ? asked : null;
        if (text is null)
        {
            return migration is null ? parts.Records.EventNumbers().Last : 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RefusedException(StatusCodes.Status400BadRequest, $"Last-Event-ID is '{text}'; the number of a change is expected.");
    }
}
