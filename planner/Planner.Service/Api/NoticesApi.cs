using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Storage;

namespace Planner.Service;

/// <summary>What tenants are told beforehand, and may acknowledge or postpone: the migration begins when they agree, or at the time that they were told.</summary>
internal static class NoticesApi
{
    public const string Pending = "pending";
    public const string Acknowledged = "acknowledged";
    public const string Postponed = "postponed";
    public const string Started = "started";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/notices", PostAsync).Accepts<NoticeBody>("application/json").Produces<NoticeView>(201).WithSummary("Announces a migration to the tenant of a machine.").Needs(Scope.Operate);
        api.MapGet("/notices", (HttpContext http, ServiceParts parts) => Results.Json(http.List(parts, Kinds.Notice, View, LabelsOf), ServiceJson.Default.PageNoticeView))
            .Produces<Page<NoticeView>>().WithSummary("Notices: ?label=machine=NAME for those of a machine, ?label=state=pending for those that wait.").Takes("limit", "after", "label").Needs(Scope.Read);
        api.MapGet("/notices/{id}", (ServiceParts parts, string id) => Results.Json(View(ResourcesApi.Get(parts, Kinds.Notice, id)), ServiceJson.Default.NoticeView)).Produces<NoticeView>().Needs(Scope.Read);
        api.MapPost("/notices/{id}/acknowledge", (HttpContext http, ServiceParts parts, string id) => Results.Json(
                Answer(http, parts, id, n => n with { State = Acknowledged }), ServiceJson.Default.NoticeView))
            .Produces<NoticeView>().WithSummary("The tenant agrees: the migration may begin now.").Needs(Scope.Operate);
        api.MapPost("/notices/{id}/postpone", PostponeAsync).Accepts<PostponeBody>("application/json").Produces<NoticeView>().WithSummary("The tenant would rather wait, until the latest start at most.").Needs(Scope.Operate);
    }

    /// <summary>A notice as it was put.</summary>
    public static NoticeView View(StoredResource resource) => JsonSerializer.Deserialize(resource.Body, ServiceJson.Default.NoticeView)!;

    /// <summary>Begins what may begin.</summary>
    public static void Begin(ServiceParts parts)
    {
        const int Most = 1000;
        foreach (var notice in new[] { Acknowledged, Pending, Postponed }.SelectMany(state => parts.Records.List(Kinds.Notice, "", Most, "state", state)).Select(View))
        {
            if (notice.State != Acknowledged && notice.NotBefore > parts.Now)
            {
                continue;
            }

            try
            {
                // Under the notice's own key it is begun once, whatever happens in between.
                var (operation, _) = parts.Migrations.Submit($"notice {notice.Id}", new MigrationBody(notice.Machine, notice.Destination, notice.Sla), notice.Id, _ => { });
                var started = notice with { State = Started, Migration = operation.Id };
                parts.Records.Change(change => Keep(parts, change, started));
                parts.Events.Wake();
            }
            catch (RefusedException)
            {
                // It is tried again: another migration has to end first.
            }
        }
    }

    private static Dictionary<string, string> LabelsOf(NoticeView notice) => new() { ["machine"] = notice.Machine, ["state"] = notice.State };

    private static async Task<IResult> PostAsync(HttpContext http, ServiceParts parts, Forecasts forecasts)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.NoticeBody).ConfigureAwait(false);
        var (notBefore, latest) = (MigrationsApi.ReadTime("notBefore", body.NotBefore), MigrationsApi.ReadTime("latestStart", body.LatestStart));
        if (latest < notBefore)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "'latestStart' lies before 'notBefore'.");
        }

        var forecast = await forecasts.AskAsync(new ForecastBody(body.Machine, body.Destination, body.Sla), http.RequestAborted).ConfigureAwait(false);
        var notice = new NoticeView
        {
            Id = Guid.CreateVersion7(parts.Now).ToString(),
            Machine = body.Machine,
            Destination = body.Destination,
            Sla = forecast.Sla,
            State = Pending,
            NotBefore = notBefore,
            LatestStart = latest,
            ExpectedBlackoutSeconds = forecast.Decision?.Blackout.P50Seconds,
            BlackoutLimitSeconds = parts.Policies.Find(forecast.Sla)!.BlackoutLimit.TotalSeconds,
        };
        http.Change(parts, StatusCodes.Status201Created, null, change =>
        {
            Keep(parts, change, notice);
            return true;
        });
        parts.Events.Wake();
        return Results.Json(notice, ServiceJson.Default.NoticeView, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> PostponeAsync(HttpContext http, ServiceParts parts, string id)
    {
        var until = MigrationsApi.ReadTime("until", (await RequestBody.ReadAsync(http, ServiceJson.Default.PostponeBody).ConfigureAwait(false)).Until);
        var answered = Answer(http, parts, id, notice => until > notice.LatestStart
            ? throw new RefusedException(StatusCodes.Status409Conflict, $"It cannot be postponed beyond its latest start, {notice.LatestStart.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.")
            : until < notice.NotBefore
                ? throw new RefusedException(StatusCodes.Status409Conflict, "'until' lies before the time that was told: acknowledge it to have it begin sooner.")
                : notice with { State = Postponed, NotBefore = until });
        return Results.Json(answered, ServiceJson.Default.NoticeView);
    }

    private static NoticeView Answer(HttpContext http, ServiceParts parts, string id, Func<NoticeView, NoticeView> answer)
    {
        var answered = http.Change(parts, StatusCodes.Status200OK, null, change =>
        {
            var notice = View(change.Find(Kinds.Notice, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, $"There is no notice '{id}'."));
            if (notice.State == Started)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"It has begun: migration {notice.Migration}.");
            }

            var changed = answer(notice) with { AnsweredBy = http.Caller().Name };
            Keep(parts, change, changed);
            return changed;
        });
        parts.Events.Wake();
        return answered;
    }

    private static void Keep(ServiceParts parts, ServiceChange change, NoticeView notice)
    {
        var body = JsonSerializer.Serialize(notice, ServiceJson.Default.NoticeView);
        change.Put(Kinds.Notice, notice.Id, body, LabelsOf(notice), parts.Now);
        change.Append(new StoredEvent(0, parts.Now, $"notice.{notice.State}", notice.Migration, notice.Machine, body));
    }
}
