using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Planner.Service;
using Planner.Sessions;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Who may call, and from where.</summary>
public sealed class SecurityTests
{
    [Fact]
    public async Task A_call_needs_its_scope_and_is_told_which_one()
    {
        using var folder = new TemporaryDirectory();
        var (read, operate, admin) = (Token(folder, Scope.Read), Token(folder, Scope.Operate), Token(folder, Scope.Admin));
        await using var service = await ServiceHere.StartAsync(folder, o => o with { RequiresTokens = true });
        Task<ServiceHere.Answer> As(string token, HttpMethod method, string path, string? body = null) => service.CallAsync(method, path, body, ("Authorization", $"Bearer {token}"));

        Assert.Contains("planner token create", (await service.GetAsync("/v1/nodes")).Expect(401).Detail, StringComparison.Ordinal);
        (await service.GetAsync("/metrics")).Expect(401);
        (await service.GetAsync("/health")).Expect(200);
        (await As(read, HttpMethod.Get, "/v1/nodes")).Expect(200);
        var refused = (await As(read, HttpMethod.Put, "/v1/nodes/h1", "{}")).Expect(403);
        Assert.Equal("admin", refused.Json.GetProperty("scope").GetString());
        Assert.Equal("admin", (await As(operate, HttpMethod.Put, "/v1/nodes/h1", "{}")).Expect(403).Json.GetProperty("scope").GetString());
        Assert.Equal("operate", (await As(read, HttpMethod.Post, "/v1/migrations", "{}")).Expect(403).Json.GetProperty("scope").GetString());
        (await As(admin, HttpMethod.Put, "/v1/nodes/h1", "{}")).Expect(200);
        (await As(operate, HttpMethod.Put, "/v1/machines/vm1", """{ "devices": ["sim:fast-nic"] }""")).Expect(200);
        Assert.Contains(service.Records.ReadAudit(20), a => a is { Status: 403, Path: "/v1/nodes/h1" } && a.Caller.StartsWith("token test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_wrong_expired_or_revoked_lets_nobody_in()
    {
        using var folder = new TemporaryDirectory();
        var good = Token(folder, Scope.Read);
        var expired = Token(folder, Scope.Admin, expires: TimeProvider.System.GetUtcNow().AddDays(-1));
        await using var service = await ServiceHere.StartAsync(folder, o => o with { RequiresTokens = true });
        async Task<string> RefusalAsync(string header) => (await service.CallAsync(HttpMethod.Get, "/v1/nodes", null, ("Authorization", header))).Expect(401).Detail;

        Assert.Equal("The token has expired.", await RefusalAsync($"Bearer {expired}"));
        Assert.Equal("The token is not known.", await RefusalAsync($"Bearer {good}x"));
        Assert.Equal("The token is not known.", await RefusalAsync("Bearer planner_000000000000_x"));
        Assert.Equal("Only bearer tokens are taken.", await RefusalAsync("Basic abc"));
        var kept = service.Records.ListTokens().Single(t => t.Expires is null);
        Assert.DoesNotContain(good.Split('_')[2], kept.Hash, StringComparison.Ordinal);
        service.Records.Change(change => change.Put(kept with { Revoked = DateTimeOffset.UnixEpoch }));
        Assert.Equal("The token was revoked.", await RefusalAsync($"Bearer {good}"));
    }

    [Fact]
    public async Task Who_has_no_token_cannot_fill_the_audit_with_refusals()
    {
        using var folder = new TemporaryDirectory();
        _ = Token(folder, Scope.Admin);
        await using var service = await ServiceHere.StartAsync(folder, o => o with { RequiresTokens = true });

        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}")).Expect(401);
        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}", ("Authorization", "Bearer planner_000000000000_x"))).Expect(401);

        Assert.Empty(service.Records.ReadAudit(10));
    }

    [Fact]
    public async Task A_browser_exchanges_a_token_for_a_cookie_and_a_page_of_another_origin_changes_nothing()
    {
        using var folder = new TemporaryDirectory();
        var admin = Token(folder, Scope.Admin);
        await using var service = await ServiceHere.StartAsync(folder, o => o with { RequiresTokens = true });
        var signed = (await service.PostAsync("/v1/session", $$"""{ "token": "{{admin}}" }""")).Expect(200);
        Assert.All(["httponly", "samesite=strict", "secure"], word => Assert.Contains(word, signed.Cookie, StringComparison.OrdinalIgnoreCase));
        var cookie = signed.Cookie!.Split(';')[0];

        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}", ("Cookie", cookie))).Expect(200);
        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}", ("Cookie", cookie), ("Origin", "https://evil.example"))).Expect(403);
        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}", ("Cookie", cookie), ("Origin", service.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)))).Expect(200);
        (await service.CallAsync(HttpMethod.Delete, "/v1/session", null, ("Cookie", cookie))).Expect(204);
        (await service.CallAsync(HttpMethod.Get, "/v1/session", null, ("Cookie", cookie))).Expect(401);
        (await service.PostAsync("/v1/session", """{ "token": "planner_x" }""")).Expect(401);
    }

    [Fact]
    public async Task Without_tokens_a_name_that_leads_here_from_elsewhere_is_refused()
    {
        await using var service = await ServiceHere.StartAsync();

        (await service.CallAsync(HttpMethod.Get, "/v1/nodes", null, ("Host", "evil.example"))).Expect(403);
        (await service.CallAsync(HttpMethod.Put, "/v1/nodes/h1", "{}", ("Origin", "http://evil.example"))).Expect(403);
    }

    [Fact]
    public async Task Beyond_this_host_it_starts_only_with_TLS_and_a_token()
    {
        using var folder = new TemporaryDirectory();
        var certificate = Certificate(folder);
        async Task<string> RefusalAsync(Func<ServiceOptions, ServiceOptions> change) => (await Assert.ThrowsAsync<OrderRefusedException>(() => ServiceHere.StartAsync(folder, change))).Message;

        Assert.Contains("only done with TLS", await RefusalAsync(o => o with { Urls = ["http://0.0.0.0:0"] }), StringComparison.Ordinal);
        Assert.Contains("needs a certificate", await RefusalAsync(o => o with { Urls = ["https://0.0.0.0:0"] }), StringComparison.Ordinal);
        Assert.Contains("there is none in the store", await RefusalAsync(o => o with { Urls = ["https://0.0.0.0:0"], CertificateFile = certificate }), StringComparison.Ordinal);
        Assert.Contains("is no address to listen at", await RefusalAsync(o => o with { Urls = ["gopher://x"] }), StringComparison.Ordinal);
        Assert.Contains("has a name as its host", await RefusalAsync(o => o with { Urls = ["https://planner.example:1"], CertificateFile = certificate }), StringComparison.Ordinal);

        var token = Token(folder, Scope.Read);
        await using var service = await ServiceHere.StartAsync(folder, o => o with { Urls = ["https://0.0.0.0:0"], CertificateFile = certificate });
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, found, _, _) => found?.Subject == "CN=planner" } });
        var at = new Uri($"https://127.0.0.1:{service.Http.BaseAddress!.Port}/v1/nodes");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(at, TestContext.Current.CancellationToken)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(at, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public void Of_a_token_only_a_hash_is_kept_and_two_are_never_the_same()
    {
        var (kept, text) = AccessTokens.Make("n", Scope.Operate, DateTimeOffset.UnixEpoch, null);

        Assert.Equal(kept, AccessTokens.Recognise(text, id => id == kept.Id ? kept : null, DateTimeOffset.UnixEpoch).Token);
        Assert.NotEqual(text, AccessTokens.Make("n", Scope.Operate, DateTimeOffset.UnixEpoch, null).Text);
        Assert.Equal(Scope.Operate, AccessTokens.Read(kept.Scope));
    }

    private static string Token(TemporaryDirectory folder, Scope scope, DateTimeOffset? expires = null)
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(folder.File("planner.db")));
        var (kept, text) = AccessTokens.Make("test", scope, DateTimeOffset.UnixEpoch, expires);
        new ServiceStore(store).Change(change => change.Put(kept));
        return text;
    }

    private static string Certificate(TemporaryDirectory folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=planner", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var file = folder.File("server.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return file;
    }
}
