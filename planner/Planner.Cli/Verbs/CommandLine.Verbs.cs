using System.CommandLine;

namespace Planner.Cli;

/// <content>The verbs that an agent goes without.</content>
internal static partial class CommandLine
{
    static partial void AddVerbs(RootCommand root, CommonOptions common)
    {
        root.Subcommands.Add(DemoCommand.Create(common));
        root.Subcommands.Add(ProbeCommand.Create(common));
        root.Subcommands.Add(MeasureCommand.Create(common));
        root.Subcommands.Add(DecideCommand.Create(common));
        root.Subcommands.Add(MigrateCommand.Create(common));
        root.Subcommands.Add(WatchCommand.Create(common));
        root.Subcommands.Add(SteerCommand.Create(common));
        root.Subcommands.Add(DeviceCommand.Create(common));
        root.Subcommands.Add(RecoverCommand.Create(common));
        root.Subcommands.Add(AttemptsCommand.Create(common));
        root.Subcommands.Add(PolicyCommand.Create(common));
        root.Subcommands.Add(ReplayCommand.Create(common));
        root.Subcommands.Add(EvaluateCommand.Create(common));
        root.Subcommands.Add(SimulateCommand.Create(common));
        root.Subcommands.Add(PlanCommand.Create(common));
        root.Subcommands.Add(StoreCommand.Create(common));
    }
}
