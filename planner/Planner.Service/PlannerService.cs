using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Planner.Agent;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Telemetry;
using Scalar.AspNetCore;

namespace Planner.Service;

/// <summary>The service: an interface over HTTP for control planes, and the migrations that are asked for through it.</summary>
public sealed class PlannerService : IAsyncDisposable
{
    private const int MostConnections = 16_384;
    private const int WritesPerSecond = 200;
    private const int LongestMessage = 64 * 1024 * 1024;
    private static readonly string[] ChangeNothing = ["/v1/decisions", "/v1/switchover-decisions"];
    private static readonly TimeSpan HeadersLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceParts _parts;
    private readonly WebApplication _app;
    private readonly List<IDisposable> _owned = [];
    private Task _work = Task.CompletedTask;
    private bool _isStopped;

    private PlannerService(ServiceParts parts, WebApplication app) => (_parts, _app) = (parts, app);

    /// <summary>Where it listens, with the ports that were taken.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls.Where(u => u != AgentsUrl)];

    /// <summary>Where agents dial in; null where it takes none.</summary>
    public string? AgentsUrl => _parts.Options.AgentsUrl is null ? null : _app.Urls.First();

    internal ServiceParts Parts => _parts;

    /// <summary>Starts the service. What an earlier process had begun is looked after before anything new is begun.</summary>
    /// <param name="options">How.</param>
    /// <param name="stop">Gives up while it starts.</param>
    /// <exception cref="OrderRefusedException">It must not be started like this, or an address is taken.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static async Task<PlannerService> StartAsync(ServiceOptions options, CancellationToken stop)
    {
        var parts = new ServiceParts(options);
        var addresses = ServiceAddresses.Read(options, parts.Records.ListTokens(), parts.Now);
        if (options.AgentsUrl is not null)
        {
            parts.AgentBook.Open(AgentAuthority.Open(options.AuthorityFile ?? throw new ArgumentException("Agents need an authority.", nameof(options)), options.CertificateLife, parts.Clock));
        }

        var app = Build(parts, addresses);
        var service = new PlannerService(parts, app);

        // The calendar takes a while, in which the rest is made.
        var clockwork = Task.Run(() => parts.Clockwork.StartAsync(stop), stop);
        try
        {
            var instruments = new ServiceInstruments(parts);
            var metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("planner", autoGenerateServiceInstanceId: false))
                .AddMigrationMetrics()
                .AddMeter(ServiceInstruments.MeterName)
                .AddView(instruments.OthersAreLeftOut)
                .AddPrometheusExporter()
                .Build();
            service._owned.AddRange([instruments, metrics]);
            Map(app, metrics);
            await app.StartAsync(stop).ConfigureAwait(false);
            await clockwork.ConfigureAwait(false);
            await parts.Migrations.ResumeAsync(stop).ConfigureAwait(false);
            new ScheduleRunner(parts).Start();
            service._work = service.WorkAsync();
            return service;
        }
        catch (Exception e)
        {
            await Task.WhenAny(clockwork).ConfigureAwait(false);
            await service.DisposeAsync().ConfigureAwait(false);
            throw e is IOException and not FileNotFoundException
                ? new OrderRefusedException(OrderFault.InvalidInput, $"it cannot listen there ({e.Message.TrimEnd('.')}): name another address with --urls")
                : e;
        }
    }

    /// <summary>Stops: nothing new is begun, what can be called back is, and what is past its commit point comes to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        _parts.IsReady = false;
        await _parts.Clockwork.DisposeAsync().ConfigureAwait(false);
        await _parts.Migrations.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _parts.StopAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        await _app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _owned.ForEach(o => o.Dispose());
        _parts.Samples.Flush();
        _parts.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        using var webhooks = new Webhooks(_parts);
        Task Until(Func<CancellationToken, Task> work) => Task.Run(async () =>
        {
            try
            {
                await work(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It was stopped.
            }
        });
        await Task.WhenAll(Until(_parts.Migrations.RunAsync), Until(_parts.Plans.RunAsync), Until(webhooks.RunAsync), Until(BeginNoticesAsync)).ConfigureAwait(false);
    }

    /// <summary>Begins announced migrations.</summary>
    private async Task BeginNoticesAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _parts.Clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            try
            {
                NoticesApi.Begin(_parts);
            }
            catch (StoreException)
            {
                // Later will do.
            }
        }
    }

    private static WebApplication Build(ServiceParts parts, IReadOnlyList<(IPAddress Address, int Port, bool IsSecure)> addresses)
    {
        // Nothing is taken from files beside the program or from the environment: all options are the command's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "planner", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, parts, addresses));
        builder.Services.AddSingleton(parts).AddSingleton<Gatekeeper>().AddSingleton<CallGuard>().AddSingleton<Forecasts>().AddSingleton<SwitchoverAdvisor>().AddSingleton<PlanMaker>().AddSingleton<HostReader>();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));
        builder.Services.AddGrpc(grpc =>
        {
            // What is unknown is answered as everywhere else.
            (grpc.MaxReceiveMessageSize, grpc.IgnoreUnknownServices) = (LongestMessage, true);
        });
        builder.Services.AddRouting();
        builder.Services.AddRateLimiter(Limit);
        builder.Services.AddOpenApi("v1", api => api.AddOperationTransformer(CallDocument.CompleteAsync).AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "planner";
            document.Info.Description = "Deadline-aware live migration with SLA support. Errors are problem details; times are in seconds.";
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
        return builder.Build();
    }

    private static void Listen(KestrelServerOptions kestrel, ServiceParts parts, IReadOnlyList<(IPAddress Address, int Port, bool IsSecure)> addresses)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBody.MostBytes;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = HeadersLimit;
        ListenForAgents(kestrel, parts);
        foreach (var (address, port, isSecure) in addresses)
        {
            kestrel.Listen(address, port, listen =>
            {
                if (isSecure)
                {
                    listen.UseHttps(Certificate(parts.Options));
                }
            });
        }
    }

    /// <summary>Listens for agents: any may dial, and which are let in is for each call, since one that is to join has no certificate yet.</summary>
    private static void ListenForAgents(KestrelServerOptions kestrel, ServiceParts parts)
    {
        if (parts.AgentBook.Authority is not { } authority)
        {
            return;
        }

        var (address, port) = ServiceAddresses.ReadForAgents(parts.Options.AgentsUrl!);
        kestrel.Listen(address, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => authority.Own;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => Trust.IsIssued(certificate, authority.All, isService: false);
        }));
    }

    private static X509Certificate2 Certificate(ServiceOptions options)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"the certificate {options.CertificateFile} cannot be used ({e.Message.TrimEnd('.')}): give a certificate and its key as PEM");
        }
    }

    // Looking and deciding change nothing; what is written is synced to the disk each time.
    private static void Limit(RateLimiterOptions limits)
    {
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            HttpMethods.IsGet(http.Request.Method) || Array.Exists(ChangeNothing, path => http.Request.Path == path) || http.Request.Path.Value!.StartsWith(AgentStream.Path, StringComparison.Ordinal)
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(http.Caller().Name, _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = WritesPerSecond * 2,
                    TokensPerPeriod = WritesPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        limits.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            await Results.Problem($"These are more than {WritesPerSecond} changes a second: send them more slowly.", statusCode: StatusCodes.Status429TooManyRequests)
                .ExecuteAsync(rejected.HttpContext).ConfigureAwait(false);
        };
    }

    private static void Map(WebApplication app, MeterProvider metrics)
    {
        var guard = app.Services.GetRequiredService<CallGuard>();
        app.Use(guard.AnswerAsync);
        app.UseRouting();
        app.Use(guard.AdmitAsync);
        app.UseRateLimiter();

        app.MapGet("/health", () => Results.Json(new Health("ok", []), ServiceJson.Default.Health)).Produces<Health>().WithSummary("Whether the process lives.");
        app.MapGet("/ready", (ServiceParts parts) => Ready(parts)).Produces<Health>().Produces<Health>(503).WithSummary("Whether it can be worked with, and if not why.");
        app.MapPrometheusScrapingEndpoint("/metrics", metrics, null, null).Needs(Scope.Read);
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", page => page.WithTitle("planner").WithOpenApiRoutePattern("/openapi/{documentName}.json"));
        DashboardFiles.Map(app);
        var api = app.MapGroup("/v1");
        FleetApi.Map(api);
        ResourcesApi.Map(api);
        DecisionsApi.Map(api);
        MigrationsApi.Map(api);
        PlansApi.Map(api);
        MaintenanceApi.Map(api);
        EventsApi.Map(api);
        LedgerApi.Map(api);
        NoticesApi.Map(api);
        WebhooksApi.Map(api);
        SessionApi.Map(api);
        EnrolmentsApi.Map(api);
        app.MapGrpcService<AgentStream>();
    }

    private static IResult Ready(ServiceParts parts)
    {
        var problems = new List<string>();
        if (!parts.IsReady)
        {
            problems.Add("It looks after what an earlier process has left, or it stops.");
        }

        if (parts.Samples.Trouble is { } trouble)
        {
            problems.Add($"{trouble} {parts.Samples.Waiting} batches of measurements wait, {parts.Samples.Lost} were lost.");
        }

        try
        {
            parts.Records.EventNumbers();
        }
        catch (StoreException e)
        {
            problems.Add(e.Message);
        }

        return Results.Json(new Health(problems.Count == 0 ? "ready" : "not ready", problems), ServiceJson.Default.Health, statusCode: problems.Count == 0 ? 200 : 503);
    }
}
