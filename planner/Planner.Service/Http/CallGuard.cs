using Microsoft.AspNetCore.Http;
using Planner.Measurements;

namespace Planner.Service;

/// <summary>Stands around every call: lets it in, turns what goes wrong into problem details, and writes refused changes down.</summary>
internal sealed class CallGuard(ServiceParts parts, Gatekeeper gatekeeper)
{
    /// <summary>Answers whatever goes wrong.</summary>
    public async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http).ConfigureAwait(false);
            if (http.Response is { StatusCode: 404 or 405 or 415, HasStarted: false } && http.GetEndpoint()?.Metadata.GetMetadata<NeededScope>() is null)
            {
                await Results.Problem(SentenceOf(http), statusCode: http.Response.StatusCode).ExecuteAsync(http).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, e).ConfigureAwait(false);
        }
    }

    /// <summary>Lets a call in.</summary>
    public Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        gatekeeper.Admit(http);
        return next(http);
    }

    private async Task RefuseAsync(HttpContext http, Exception e)
    {
        var status = Problems.StatusOf(e);
        if (status == StatusCodes.Status401Unauthorized)
        {
            Gatekeeper.Challenge(http);
        }

        if (status == StatusCodes.Status500InternalServerError)
        {
            parts.Options.Say($"{http.Request.Method} {http.Request.Path}: this should not have happened ({e})");
        }

        // Who has no token cannot fill the disk with what was refused.
        if (http.Caller() != Caller.Nobody && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            Note(http, status, e.Message);
        }

        await Problems.Answer(e).ExecuteAsync(http).ConfigureAwait(false);
    }

    private void Note(HttpContext http, int status, string why)
    {
        try
        {
            parts.Records.Change(change => http.Note(parts, change, status, why));
        }
        catch (StoreException)
        {
            // The caller is told of the store.
        }
    }

    private static string SentenceOf(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {http.Request.Path}: /openapi/v1.json and /docs say what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{http.Request.Method} is not known at {http.Request.Path}.",
        _ => RequestBody.WrongType(http.Request.Path == "/v1/plans" ? PlansApi.Yaml : []),
    };
}
