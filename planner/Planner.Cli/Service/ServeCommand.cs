using System.CommandLine;
using Planner.Service;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Storage;
using Planner.Telemetry;

namespace Planner.Cli;

/// <summary><c>planner serve</c>: the service for control planes.</summary>
internal static class ServeCommand
{
    private const int MachinesAtOnce = 16;
    private const int TrainingSeed = 1;

    /// <summary>So long the first calls have the processors for themselves; what migrates waits for what is warmed up after it.</summary>
    private static readonly TimeSpan FirstAnswers = TimeSpan.FromSeconds(1);

    public static Command Create(CommonOptions common)
    {
        var urls = new Option<string[]>("--urls")
        {
            Description = "Where to listen: http on this host, https anywhere.",
            HelpName = "URL",
            DefaultValueFactory = _ => [ServiceOptions.UsualUrl],
            CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        };
        var certificate = new Option<string?>("--certificate") { Description = "The certificate for https, as PEM.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "Its key, as PEM, if it stands in a file of its own.", HelpName = "FILE" };
        var agents = new Option<string?>("--agents") { Description = "Where agents dial in, such as https://192.0.2.1:8443; the certificate is the service's own.", HelpName = "URL" };
        var authority = new Option<string?>("--authority") { Description = "The authority that certifies agents, with its key, as PEM; made at the first start, in the state directory unless told. Services that take turns share it.", HelpName = "FILE" };
        var tokens = new Option<bool>("--require-tokens") { Description = "Ask callers on this host for a token, too." };
        var configuration = new Option<string?>("--config") { Description = "Commands that make destinations, and what is done by the calendar.", HelpName = "FILE" };
        var command = new Command("serve", "Serve control planes over HTTP: decisions, forecasts, migrations, plans, events, the ledger.") { urls, certificate, key, agents, authority, tokens, configuration };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), (policies, services, store, context) => new ServiceOptions
        {
            Urls = parsed.GetRequiredValue(urls),
            CertificateFile = parsed.GetValue(certificate),
            KeyFile = parsed.GetValue(key),
            AgentsUrl = parsed.GetValue(agents),
            AuthorityFile = parsed.GetValue(authority) ?? Path.Combine(context.JournalPlace, "authority.pem"),
            RequiresTokens = parsed.GetValue(tokens),
            Configuration = parsed.GetValue(configuration) is { } file ? ServiceConfiguration.Read(TextFiles.Read(file), file) : ServiceConfiguration.Usual,
            Store = store,
            Name = NameOf(context),
            Sessions = services,
            JournalPlaces = context.GuardPlaces,
            Policies = policies,
            Train = inputs => ColdStartTraining.Run(inputs, store, TrainingSeed, TimeProvider.System.GetUtcNow()),
            DeviceBlackoutOf = FleetDevices.OfBuiltIn,
            WarmUp = WarmUpAsync,
            Say = sentence => context.Error.WriteLine($"planner: {sentence}"),
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, Func<IReadOnlyList<Policies.SlaPolicy>, SessionServices, SqlMeasurementStore, CommandContext, ServiceOptions> options)
    {
        using var stop = new StopSignal();
        var policies = Interruptible.Run(context.Policies, stop.Token);
        Readiness.RequireFiles(MachinesAtOnce);
        using var store = context.OpenWholeStore(stop.Token);
        await using var lease = await ServiceLease.TakeAsync(
            store,
            NameOf(context),
            ServiceLease.UsualLength,
            () => context.Error.WriteLine($"planner: Another service works on the store {context.StoreName}; this one begins when that one is gone."),
            TimeProvider.System,
            stop.Token);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, lease.Lost);
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        await using (var service = await PlannerService.StartAsync(
            options(policies, context.Services(store, stop) with { QuietTime = QuietTime.Ask }, store, context), ends.Token))
        {
            var where = string.Join(", ", service.Urls);
            if (context.IsJson)
            {
                context.Output.WriteLine(CliJson.Write(new ServiceReport("service", service.Urls) { Agents = service.AgentsUrl }, ServiceReports.Default.ServiceReport));
            }
            else
            {
                context.Output.WriteLine($"The planner serves at {where}{(service.AgentsUrl is { } dial ? $", and takes agents at {dial}" : "")}; Ctrl-C ends it.");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ends.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        telemetry?.Dispose();
        if (telemetry?.Problem is { } problem)
        {
            context.Error.WriteLine($"planner: {problem}");
        }

        return stop.Token.IsCancellationRequested ? ExitStatus.Done : throw new StoreException(
            $"Another service has taken the store {context.StoreName} over, or its server was away for too long: start this one again, and it waits for its turn.");
    }

    // The same after every start, since the journals of its migrations are there.
    private static string NameOf(CommandContext context) => $"{Environment.MachineName}:{context.JournalPlace}";

    private static async Task WarmUpAsync(CancellationToken stop)
    {
        await Task.Delay(FirstAnswers, TimeProvider.System, stop);
        Readiness.LoadCode(withService: true);
        await Readiness.ForDevicesAsync();
        await WarmUp.MachinesAsync();
    }
}
