using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Asks every call who it is and whether it may. Without a token only this host may call, and only if the service was not told to require one.</summary>
internal sealed class Gatekeeper(ServiceParts parts)
{
    private const string Bearer = "Bearer ";
    private readonly bool _isOpen = !parts.Options.RequiresTokens && ServiceAddresses.AreLoopback(parts.Options.Urls);

    /// <summary>Lets a call in.</summary>
    /// <exception cref="RefusedException">It may not.</exception>
    public void Admit(HttpContext http)
    {
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<NeededScope>()?.Scope;
        CheckOrigin(http);
        if (needed is null)
        {
            return;
        }

        var caller = Recognise(http);
        http.SetCaller(caller);
        if (caller.Scope is not { } has || has < needed)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden, $"This call needs the scope '{AccessTokens.Word(needed.Value)}', and {caller.Name} has '{AccessTokens.Word(caller.Scope ?? Scope.Read)}': use a token that has it.")
            {
                Scope = AccessTokens.Word(needed.Value),
            };
        }
    }

    /// <summary>Whose token a text is.</summary>
    /// <exception cref="RefusedException">It lets nobody in.</exception>
    public StoredToken TokenOf(string text)
    {
        var (token, refusal) = AccessTokens.Recognise(text, parts.Records.FindToken, parts.Now);
        return token ?? throw Unknown(refusal!);
    }

    private Caller Recognise(HttpContext http)
    {
        if (http.Request.Headers.Authorization is [{ } header, ..])
        {
            return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? Of(TokenOf(header[Bearer.Length..].Trim()))
                : throw Unknown("Only bearer tokens are taken.");
        }

        if (http.Request.Cookies[BrowserSessions.Cookie] is { } word)
        {
            return parts.Sessions.Find(word) is { } id && parts.Records.FindToken(id) is { Revoked: null } token && !(token.Expires <= parts.Now)
                ? Of(token)
                : throw Unknown("The session is over: sign in again.");
        }

        return _isOpen && http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
            ? new Caller("local", Scope.Admin)
            : throw Unknown("A token is needed: send it with the header 'Authorization: Bearer TOKEN'; 'planner token create' makes one.");
    }

    /// <summary>A page of somebody else's must not call in the name of who looks at it, neither by a form nor under a name that leads here.</summary>
    private void CheckOrigin(HttpContext http)
    {
        var host = http.Request.Host;
        if (_isOpen && http.Connection.LocalIpAddress is { } here && IPAddress.IsLoopback(here) && !(host.Host is "localhost" || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))))
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, $"This service answers to localhost alone, and not to '{host.Host}'.");
        }

        if (http.Request.Headers.Origin is [{ } origin, ..] && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme == http.Request.Scheme && uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, "This call comes from a page of another origin.");
        }
    }

    private static Caller Of(StoredToken token) => new($"token {token.Name} ({token.Id})", AccessTokens.Read(token.Scope));

    private static RefusedException Unknown(string sentence) => new(StatusCodes.Status401Unauthorized, sentence);

    /// <summary>What a caller without a token is told to bring.</summary>
    public static void Challenge(HttpContext http) => http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
}
