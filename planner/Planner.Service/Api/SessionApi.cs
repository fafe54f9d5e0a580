using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Planner.Service;

/// <summary>A browser signs in: it exchanges a token once for a cookie that no script can read and no other site can send.</summary>
internal static class SessionApi
{
    private static readonly CookieOptions Kept = new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = BrowserSessions.Length };

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/session", SignInAsync).Accepts<SessionBody>("application/json").Produces<SignedIn>().WithSummary("Exchanges a token for a cookie.");
        api.MapDelete("/session", (HttpContext http, ServiceParts parts) =>
        {
            if (http.Request.Cookies[BrowserSessions.Cookie] is { } word)
            {
                parts.Sessions.End(word);
            }

            http.Response.Cookies.Delete(BrowserSessions.Cookie, Kept);
            return Results.NoContent();
        }).Produces(204);
        api.MapGet("/session", (HttpContext http) => Results.Json(new SignedIn(http.Caller().Name, AccessTokens.Word(http.Caller().Scope!.Value)), ServiceJson.Default.SignedIn))
            .Produces<SignedIn>().WithSummary("Who calls, and what it may do.").Needs(Scope.Read);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, ServiceParts parts, Gatekeeper gatekeeper)
    {
        var token = gatekeeper.TokenOf((await RequestBody.ReadAsync(http, ServiceJson.Default.SessionBody).ConfigureAwait(false)).Token);
        http.SetCaller(new Caller($"token {token.Name} ({token.Id})", AccessTokens.Read(token.Scope)));
        http.Change(parts, StatusCodes.Status200OK, "signed in", _ => true);
        http.Response.Cookies.Append(BrowserSessions.Cookie, parts.Sessions.Begin(token.Id), Kept);
        return Results.Json(new SignedIn(token.Name, token.Scope), ServiceJson.Default.SignedIn);
    }
}
