using System.CommandLine;

namespace Planner.Cli;

/// <content>The verbs of the service.</content>
internal static partial class CommandLine
{
    static partial void AddService(RootCommand root, CommonOptions common)
    {
        root.Subcommands.Add(ServeCommand.Create(common));
        root.Subcommands.Add(TokenCommand.Create(common));
    }
}
