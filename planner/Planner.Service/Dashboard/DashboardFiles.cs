using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Planner.Service;

/// <summary>Serves the dashboard: files that are part of the program, as they are, under a policy that lets nothing else run.</summary>
internal static class DashboardFiles
{
    /// <summary>What a page may do: its own scripts and styles, its own service, and nothing else; no text becomes markup.</summary>
    public const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Folder = "dashboard/";
    private const string FirstPage = "index.html";

    private static readonly Lazy<FrozenDictionary<string, PageFile>> Files = new(() => typeof(DashboardFiles).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Folder.Length..], Read, StringComparer.Ordinal));

    /// <summary>A file of the dashboard.</summary>
    /// <param name="Type">Its media type.</param>
    /// <param name="Bytes">What it holds.</param>
    /// <param name="Compressed">The same, compressed with gzip.</param>
    /// <param name="Tag">Changes with what it holds.</param>
    internal sealed record PageFile(string Type, byte[] Bytes, byte[] Compressed, string Tag);

    /// <summary>All files, by their paths.</summary>
    public static IReadOnlyDictionary<string, PageFile> All => Files.Value;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpContext http) => Answer(http, FirstPage)).ExcludeFromDescription();
        app.MapGet("/dashboard/{**path}", (HttpContext http, string path) => Answer(http, path)).ExcludeFromDescription();
    }

    private static IResult Answer(HttpContext http, string path)
    {
        if (!Files.Value.TryGetValue(path, out var file))
        {
            throw new RefusedException(StatusCodes.Status404NotFound, $"The dashboard has no file '{path}': it begins at /.");
        }

        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ETag = file.Tag;

        // Asked about each time, so that a newer service is never shown by older pages; what has not changed is not sent again.
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        if (http.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            return Results.Bytes(file.Bytes, file.Type);
        }

        headers.ContentEncoding = "gzip";
        return Results.Bytes(file.Compressed, file.Type);
    }

    private static PageFile Read(string resource)
    {
        using var stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(resource)!;
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        using var small = new MemoryStream();
        using (var gzip = new GZipStream(small, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(whole.GetBuffer(), 0, (int)whole.Length);
        }

        return new PageFile(TypeOf(resource), whole.ToArray(), small.ToArray(), $"\"{Convert.ToHexStringLower(SHA256.HashData(whole.ToArray())[..16])}\"");
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        _ => "text/plain; charset=utf-8",
    };
}
