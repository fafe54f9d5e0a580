using System.CommandLine;
using Planner.Service;
using Planner.Storage;

namespace Planner.Cli;

/// <content><c>planner demo --serve</c>: the stories live in the browser.</content>
internal static partial class DemoCommand
{
    private const int MachinesAtOnce = 3;

    static partial void AddServe(Command command, CommonOptions common, Option<ulong> seed, Option<string?> profile)
    {
        var serve = new Option<string?>("--serve")
        {
            Description = $"Show the stories live in the browser, until Ctrl-C; at {ServiceOptions.UsualUrl} unless another address is given.",
            HelpName = "URL",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Options.Add(serve);
        command.SetAction((parsed, _) => parsed.GetResult(serve) is null
            ? RunAsync(common.Bind(parsed), parsed.GetValue(seed), parsed.GetValue(profile))
            : ServeAsync(common.Bind(parsed), parsed.GetValue(serve) ?? ServiceOptions.UsualUrl, parsed.GetValue(seed), parsed.GetValue(profile)));
    }

    /// <summary>Serves until it is stopped, and leaves nothing.</summary>
    private static async Task<int> ServeAsync(CommandContext context, string url, ulong seed, string? profileFile)
    {
        using var stop = new StopSignal();
        var profile = Profile(profileFile, stop.Token);
        var promise = context.FindPolicy("gold", stop.Token);
        Readiness.Prepare(MachinesAtOnce, withService: true);
        var folder = Directory.CreateTempSubdirectory("planner-demo-");
        try
        {
            using var store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(folder.FullName, "demo.db")));
            await Readiness.ForDevicesAsync();
            using var demo = new WatchedDemo(profile, seed, promise, folder.FullName, context.Drivers, context.Say);
            await using var service = await PlannerService.StartAsync(demo.Options(url, store), stop.Token);
            if (context.IsJson)
            {
                context.Output.WriteLine(CliJson.Write(new ServiceReport("service", service.Urls), ServiceReports.Default.ServiceReport));
            }

            context.Say($"Open {service.Urls[0]} in a browser; Ctrl-C ends it.");
            await demo.TellAsync(service.Urls[0], store, stop.Token);
            return ExitStatus.Done;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitStatus.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
