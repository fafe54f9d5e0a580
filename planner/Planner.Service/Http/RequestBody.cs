using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Planner.Documents;

namespace Planner.Service;

/// <summary>Reads bodies strictly: JSON, of a limited size, with no key that is not known.</summary>
internal static class RequestBody
{
    /// <summary>The longest body of most calls, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>The name of bodies in messages.</summary>
    public const string Name = "the body";

    /// <summary>Reads a body as a type.</summary>
    /// <exception cref="RefusedException">It is no JSON, or too long.</exception>
    /// <exception cref="DocumentException">It has another shape; the message has line and column.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type)
        where T : class => new JsonText(await ReadBytesAsync(http, MostBytes).ConfigureAwait(false), Name).Read(type);

    /// <summary>Says which types a body may have.</summary>
    /// <param name="otherTypes">Types of YAML that it may have beside JSON.</param>
    public static string WrongType(string[] otherTypes) =>
        $"The body has to be JSON: send it with the header 'Content-Type: application/json'{(otherTypes.Length == 0 ? "" : $", or YAML with 'Content-Type: {otherTypes[0]}'")}.";

    /// <summary>Reads a body as it is.</summary>
    /// <param name="http">The call.</param>
    /// <param name="mostBytes">The longest body.</param>
    /// <param name="otherTypes">Types that it may have beside JSON.</param>
    public static async Task<byte[]> ReadBytesAsync(HttpContext http, int mostBytes, params string[] otherTypes)
    {
        if (!http.Request.HasJsonContentType() && !otherTypes.Contains(http.Request.ContentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase))
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, WrongType(otherTypes));
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = mostBytes;
        }

        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new RefusedException(e.StatusCode, $"The body is too large: at most {mostBytes} bytes are read here.");
        }

        return body.Length > 0 ? body.ToArray() : throw new RefusedException(StatusCodes.Status400BadRequest, "The body is empty: send JSON.");
    }
}
