using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Planner.Service;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>The files of the dashboard: small, as they were vendored, and nothing in them that the policy would have to allow.</summary>
public sealed partial class DashboardFilesTests
{
    private const int MostBytes = 250_000;

    private static readonly string Web = Path.Combine(Repository.Root, "planner/Planner.Service/Dashboard/web");

    private static IEnumerable<KeyValuePair<string, DashboardFiles.PageFile>> Own => DashboardFiles.All.Where(f => !f.Key.StartsWith("vendor/", StringComparison.Ordinal));

    [Fact]
    public void All_of_it_compressed_is_small() => Assert.InRange(DashboardFiles.All.Values.Sum(f => f.Compressed.Length), 1, MostBytes);

    [Fact]
    public void Every_file_of_the_folder_is_served_as_it_is()
    {
        var files = Directory.EnumerateFiles(Web, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(Web, f).Replace('\\', '/'), File.ReadAllBytes);

        Assert.Equal(files.Keys.Order(), DashboardFiles.All.Keys.Order());
        Assert.All(files, f => Assert.Equal(f.Value, DashboardFiles.All[f.Key].Bytes));
    }

    [Fact]
    public void What_is_vendored_is_what_was_vendored_and_has_its_licence()
    {
        using var list = JsonDocument.Parse(DashboardFiles.All["vendor/vendored.json"].Bytes);
        var pinned = list.RootElement.EnumerateArray().SelectMany(l => l.GetProperty("sha256").EnumerateObject()).ToDictionary(f => $"vendor/{f.Name}", f => f.Value.GetString());

        Assert.Equal(DashboardFiles.All.Keys.Where(f => f.StartsWith("vendor/", StringComparison.Ordinal) && f != "vendor/vendored.json").Order(), pinned.Keys.Order());
        Assert.All(pinned, f => Assert.Equal(f.Value, Convert.ToHexStringLower(SHA256.HashData(DashboardFiles.All[f.Key].Bytes))));
        Assert.All(list.RootElement.EnumerateArray(), l =>
        {
            Assert.Matches(@"^\d+\.\d+\.\d+$", l.GetProperty("version").GetString());
            Assert.Contains("Permission is hereby granted", Text($"vendor/{l.GetProperty("licenceFile").GetString()}"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void No_text_becomes_markup_or_code_and_nothing_is_inline()
    {
        Assert.All(Own.Where(f => f.Key.EndsWith(".js", StringComparison.Ordinal)), f => Assert.DoesNotMatch(MakesMarkup(), Text(f.Key)));
        var page = Text("index.html");
        Assert.DoesNotMatch(Inline(), page);
        Assert.Matches(Inline(), "<script>alert(1)</script>");
        Assert.Matches(Inline(), "<a onclick=\"x\">");
        Assert.Matches(MakesMarkup(), "box.innerHTML = name");
    }

    [Fact]
    public void Every_module_that_is_imported_or_loaded_beforehand_is_there()
    {
        var loaded = Preload().Matches(Text("index.html")).Select(m => m.Groups["path"].Value).ToList();
        Assert.NotEmpty(loaded);
        Assert.All(loaded, path => Assert.Contains(path, DashboardFiles.All.Keys));
        var imports = Own.Where(f => f.Key.EndsWith(".js", StringComparison.Ordinal)).SelectMany(f => Import().Matches(Text(f.Key))
            .Select(m => Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(f.Key)!, m.Groups["path"].Value))))).ToList();
        Assert.NotEmpty(imports);
        Assert.All(imports, path => Assert.Contains(path, DashboardFiles.All.Keys));
    }

    [Fact]
    public void The_dashboard_listens_to_every_kind_of_change_that_the_service_tells_of()
    {
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "planner/Planner.Service"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        var listened = Kind().Matches(Text("lib/stream.js")).Select(m => m.Groups["kind"].Value).ToHashSet();
        var told = Kind().Matches(source).Select(m => m.Groups["kind"].Value)
            .Concat(new[] { Kinds.Node, Kinds.Machine, Kinds.Policy, Kinds.Webhook }.SelectMany(k => new[] { $"{k}.put", $"{k}.deleted" })).ToHashSet();

        Assert.Contains("migration.decision", told);
        Assert.Subset(listened, told);
    }

    [Fact]
    public async Task Each_is_served_under_a_strict_policy_compressed_and_not_again_if_it_is_known()
    {
        await using var service = await ServiceHere.StartAsync();
        using var first = await service.Http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var policy = Assert.Single(first.Headers.GetValues("Content-Security-Policy"));
        Assert.All(["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "require-trusted-types-for 'script'"], part => Assert.Contains(part, policy, StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/app.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        using var script = await service.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(("text/javascript", "gzip"), (script.Content.Headers.ContentType!.MediaType, script.Content.Headers.ContentEncoding.Single()));
        Assert.Equal(HttpStatusCode.NotModified, (await service.CallAsync(HttpMethod.Get, "/dashboard/app.js", null, ("If-None-Match", script.Headers.ETag!.Tag))).Status);
        Assert.Contains("has no file", (await service.GetAsync("/dashboard/../secret")).Text + (await service.GetAsync("/dashboard/no.js")).Expect(404).Detail, StringComparison.Ordinal);
    }

    private static string Text(string file) => System.Text.Encoding.UTF8.GetString(DashboardFiles.All[file].Bytes);

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(.style|localStorage|sessionStorage")]
    private static partial Regex MakesMarkup();

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();

    [GeneratedRegex(@"(?:href|src)=""/dashboard/(?<path>[^""]+)""")]
    private static partial Regex Preload();

    [GeneratedRegex(@"(?:from|import\()\s*""(?<path>\.[^""]+)""")]
    private static partial Regex Import();

    [GeneratedRegex(@"""(?<kind>(?:migration|node|machine|policy|webhook|notice|plan|maintenance)\.[a-zA-Z]+)""")]
    private static partial Regex Kind();
}
