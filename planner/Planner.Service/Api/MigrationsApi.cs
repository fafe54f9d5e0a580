using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Planner.Service;

/// <summary>Migrations: asked for, looked at, called back.</summary>
internal static class MigrationsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/migrations", SubmitAsync).Accepts<MigrationBody>("application/json").Produces<Operation>(202)
            .WithSummary("Begins a migration. With the header Idempotency-Key the same request may be sent again: it is carried out once.").TakesHeader("Idempotency-Key").Needs(Scope.Operate);
        api.MapGet("/migrations", (HttpContext http, ServiceParts parts) => Results.Json(List(http, parts), ServiceJson.Default.PageOperation))
            .Produces<Page<Operation>>().WithSummary("Migrations, the latest first: ?limit, ?after, ?machine.").Takes("limit", "after", "machine").Needs(Scope.Read);
        api.MapGet("/migrations/{id}", (ServiceParts parts, string id) => Results.Json(parts.Migrations.Find(id), ServiceJson.Default.Operation)).Produces<Operation>().Needs(Scope.Read);
        api.MapGet("/migrations/{id}/decisions", (ServiceParts parts, string id) => Results.Json(DecisionPoint.Read(parts, parts.Migrations.Find(id)), ServiceJson.Default.IReadOnlyListDecisionPoint))
            .Produces<IReadOnlyList<DecisionPoint>>().WithSummary("What the gates decided so far, at most one a second while the verdict stays the same: how the bound fell towards the limit.").Needs(Scope.Read);
        api.MapPost("/migrations/{id}/cancel", (HttpContext http, ServiceParts parts, string id) => Results.Json(parts.Migrations.Cancel(http.Caller().Name, id, change => http.Note(parts, change, StatusCodes.Status202Accepted, null)), ServiceJson.Default.Operation, statusCode: 202))
            .Produces<Operation>(202).WithSummary("Calls a migration back, or says why that can no longer be done.").Needs(Scope.Operate);
    }

    private static async Task<IResult> SubmitAsync(HttpContext http, ServiceParts parts)
    {
        var key = http.IdempotencyKey();
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.MigrationBody).ConfigureAwait(false);
        var (operation, _) = parts.Migrations.Submit(
            http.Caller().Name, body, key, change => http.Note(parts, change, StatusCodes.Status202Accepted, $"{body.Machine} to {body.Destination}"));
        return Results.Json(operation, ServiceJson.Default.Operation, statusCode: StatusCodes.Status202Accepted);
    }

    private static Page<Operation> List(HttpContext http, ServiceParts parts)
    {
        var size = http.PageSize();
        var before = Time(http, "after") ?? DateTimeOffset.MaxValue;
        var found = parts.Records.ListOperations(http.Request.Query["machine"] is [{ } machine] ? machine : null, before, size + 1);
        var items = found.Take(size).Select(parts.Migrations.View).ToList();
        return new Page<Operation>(items, found.Count > size ? found[size - 1].Created.ToString("O") : null);
    }

    /// <summary>A time of a parameter; null if it is not there.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static DateTimeOffset? Time(HttpContext http, string name) => http.Request.Query[name] is [{ } text]
        ? ReadTime(name, text)
        : null;

    /// <summary>Reads a time.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static DateTimeOffset ReadTime(string name, string text) =>
        DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new RefusedException(StatusCodes.Status400BadRequest, $"'{name}' is '{text}'; a time such as 2026-11-30T12:00:00Z is expected.");
}
