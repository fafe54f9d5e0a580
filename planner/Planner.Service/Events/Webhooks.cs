using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Tells webhooks of changes, each in their order, with signed bodies. What a webhook does not take is tried again a bounded number of times and then dropped.</summary>
internal sealed class Webhooks(ServiceParts parts) : IDisposable
{
    private const int Most = 100;
    private const int Batch = 64;
    private const int MostTries = 8;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // An answer that leads elsewhere is a refusal: nobody else is to get what is told.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = RequestLimit }) { Timeout = RequestLimit };
    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];

    /// <summary>Tells until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = parts.Events.Next;
            var isBehind = false;
            try
            {
                foreach (var hook in parts.Records.List(Kinds.Webhook, "", Most))
                {
                    isBehind |= await TellAsync(hook, stop).ConfigureAwait(false);
                }
            }
            catch (StoreException)
            {
                // Whoever is ready to be told is told when the store is back.
            }

            if (!isBehind)
            {
                await Task.WhenAny(next, Task.Delay(LookEvery, parts.Clock, stop)).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The signature of a body: a keyed hash (HMAC, RFC 2104) of the time and the body.</summary>
    public static string Sign(string secret, string time, string body) =>
        $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";

    /// <summary>How long to wait after so many failures.</summary>
    public static TimeSpan WaitAfter(long failures) => TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, failures)));

    /// <returns>Whether there is more to tell at once.</returns>
    private async Task<bool> TellAsync(StoredResource hook, CancellationToken stop)
    {
        var delivery = parts.Records.FindDelivery(hook.Name) ?? new WebhookDelivery(hook.Name, 0, 0, 0);
        if (_notBefore.TryGetValue(hook.Name, out var at) && at > parts.Now)
        {
            return false;
        }

        var body = JsonSerializer.Deserialize(hook.Body, ServiceJson.Default.WebhookBody)!;
        var events = parts.Records.ReadEvents(delivery.Number, null, Batch);
        foreach (var what in events)
        {
            var isWanted = body.Kinds is not { Count: > 0 } kinds || kinds.Any(k => what.Kind == k || what.Kind.StartsWith($"{k}.", StringComparison.Ordinal));
            var isTaken = !isWanted || await SendAsync(body, what, stop).ConfigureAwait(false);
            delivery = isTaken ? delivery with { Number = what.Number, Failed = 0 }
                : delivery.Failed + 1 < MostTries ? delivery with { Failed = delivery.Failed + 1 }
                : delivery with { Number = what.Number, Failed = 0, Dropped = delivery.Dropped + 1 };
            parts.Records.Change(change => change.Put(delivery));
            if (!isTaken)
            {
                _notBefore[hook.Name] = parts.Now + WaitAfter(delivery.Failed);
                return false;
            }
        }

        return events.Count == Batch;
    }

    private async Task<bool> SendAsync(WebhookBody hook, StoredEvent what, CancellationToken stop)
    {
        var body = EventsApi.Write(what);
        var time = parts.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Planner-Event", what.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("Planner-Time", time);
        request.Headers.Add("Planner-Signature", Sign(hook.Secret!, time, body));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }
}
