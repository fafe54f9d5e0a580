using System.CommandLine;
using System.Runtime.CompilerServices;
using Planner.Agent;
using Planner.Hypervisors;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner agent</c>: the part beside the hypervisor.</summary>
internal static class AgentCommand
{
    private const int MachinesAtOnce = 16;

    public static Command Create(CommonOptions common)
    {
        var service = new Option<Uri[]>("--service")
        {
            Description = "Where the service takes agents: the address of 'serve --agents'; of services that take turns all of them.",
            HelpName = "URL",
            Required = true,
            CustomParser = result =>
            {
                var services = new List<Uri>();
                foreach (var token in result.Tokens)
                {
                    if (!Uri.TryCreate(token.Value, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || uri.PathAndQuery != "/")
                    {
                        result.AddError($"--service is '{token.Value}'; an address such as https://planner.example:8443 is expected.");
                        return null;
                    }

                    services.Add(uri);
                }

                return [.. services];
            },
        };
        var join = new Option<string?>("--join") { Description = "The token with which this host joins, once: POST /v1/enrolments makes it.", HelpName = "TOKEN" };
        var peers = new Option<string?>("--peers") { Description = "Where agents of other hosts reach this one; without it no machine comes here from another host.", HelpName = "ADDRESS:PORT" };
        var command = new Command("agent", "Carry out the migrations of this host for a service, beside the hypervisor: decisions are made here, and go on when the service is away.") { service, join, peers };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), parsed.GetRequiredValue(service), parsed.GetValue(join), parsed.GetValue(peers)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, Uri[] services, string? join, string? peers)
    {
        using var stop = new StopSignal();
        Readiness.RequireFiles(MachinesAtOnce);
        var folder = Path.Combine(context.JournalPlace, "agent");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var only = OnlyOne(folder);
        using var store = (context with { Store = context.Store ?? Path.Combine(folder, "agent.db") }).OpenWholeStore(stop.Token);
        await using var agent = await PlannerAgent.StartAsync(
            new AgentOptions
            {
                Services = services,
                JoinToken = join,
                IdentityFolder = folder,
                Peers = peers,
                Store = store,
                Sessions = context.Services(store, stop) with { QuietTime = QuietTime.Ask },
                JournalPlaces = context.GuardPlaces,
                FindMachines = FindMachines,
                Say = sentence => context.Error.WriteLine($"planner: {sentence}"),
            },
            stop.Token);
        // So that no guest waits for code that is compiled meanwhile; what was compiled ahead of time has none.
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            Readiness.LoadCode();
            await Readiness.ForDevicesAsync();
            await WarmUp.MachinesAsync();
        }

        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(new AgentReport("agent", agent.Node, services), AgentReports.Default.AgentReport));
        }
        else
        {
            context.Output.WriteLine($"The agent of {agent.Node} works for {string.Join(" and ", services.AsEnumerable())}; Ctrl-C ends it.");
        }

        await agent.RunAsync(stop.Token);
        return ExitStatus.Done;
    }

    /// <summary>Keeps a second agent away from the same state directory.</summary>
    /// <exception cref="CliException">There is one.</exception>
    private static FileStream OnlyOne(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"another agent works with {folder}: let only one run, or give this one a --state of its own");
        }
    }

    private static HostInventory FindMachines()
    {
        var (found, isWhole) = QemuProcesses.Find();
        return new HostInventory(isWhole, [.. found.Select(m => new MachineOnHost(m.Name, m.Address, m.Id, m.IsWaiting))]);
    }
}
