using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Who is told of changes.</summary>
internal static class WebhooksApi
{
    private const int LeastSecret = 16;
    private const int MostSecret = 256;
    private static readonly Dictionary<string, string> NoLabels = [];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/webhooks/{name}", PutAsync).Accepts<WebhookBody>("application/json").Produces<WebhookView>()
            .WithSummary("Has changes sent to a URL, with bodies signed by HMAC-SHA256 over 'time.body' (headers Planner-Time, Planner-Signature).").Needs(Scope.Admin);
        api.MapGet("/webhooks/{name}", (ServiceParts parts, string name) => Results.Json(View(parts, ResourcesApi.Get(parts, Kinds.Webhook, name)), ServiceJson.Default.WebhookView))
            .Produces<WebhookView>().Needs(Scope.Read);
        api.MapGet("/webhooks", (HttpContext http, ServiceParts parts) => Results.Json(http.List(parts, Kinds.Webhook, r => View(parts, r), _ => NoLabels), ServiceJson.Default.PageWebhookView))
            .Produces<Page<WebhookView>>().Needs(Scope.Read);
        api.MapDelete("/webhooks/{name}", (HttpContext http, ServiceParts parts, string name) =>
        {
            var deleted = ResourcesApi.Delete(http, parts, Kinds.Webhook, name);
            parts.Records.Change(change => change.ForgetDelivery(name));
            return deleted;
        }).Produces(204).Needs(Scope.Admin);
    }

    private static async Task<IResult> PutAsync(HttpContext http, ServiceParts parts, string name)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.WebhookBody).ConfigureAwait(false);
        if (!Uri.TryCreate(body.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "'url' has to be an http or https URL without a password.");
        }

        if (body.Secret is not { Length: >= LeastSecret and <= MostSecret })
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'secret' has {LeastSecret} to {MostSecret} characters: bodies are signed with it.");
        }

        // A new one is told of what comes from now on.
        if (parts.Records.FindDelivery(name) is null)
        {
            var delivery = new WebhookDelivery(Calls.Checked(name), parts.Records.EventNumbers().Last, 0, 0);
            parts.Records.Change(change => change.Put(delivery));
        }

        var put = ResourcesApi.Put(http, parts, Kinds.Webhook, Calls.Checked(name), JsonSerializer.Serialize(body, ServiceJson.Default.WebhookBody), NoLabels);
        return Results.Json(View(parts, put), ServiceJson.Default.WebhookView);
    }

    private static WebhookView View(ServiceParts parts, StoredResource resource)
    {
        var body = JsonSerializer.Deserialize(resource.Body, ServiceJson.Default.WebhookBody)!;
        var delivery = parts.Records.FindDelivery(resource.Name) ?? new WebhookDelivery(resource.Name, 0, 0, 0);
        return new WebhookView(resource.Name, body.Url, body.Kinds ?? [], delivery.Number, delivery.Failed, delivery.Dropped);
    }
}
