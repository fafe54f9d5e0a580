using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Cli;

/// <summary>The command <c>planner</c>: its verbs, and what all of them have in common.</summary>
internal static partial class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="output">stdout.</param>
    /// <param name="error">stderr.</param>
    /// <param name="input">stdin.</param>
    /// <param name="drivers">What devices and hypervisors it can reach.</param>
    /// <param name="outputTrouble">Says at the end why something of stdout was lost; null where such a loss throws.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TextReader input, Drivers drivers, Func<string?>? outputTrouble = null)
    {
        // Whatever a name or a peer brings along, what is printed is plain, and a sentence stands on one line.
        error = new PlainWriter(error, oneLine: true);
        Task TellAsync(string sentence) => error.WriteLineAsync($"planner: {StoreAddress.Redact(sentence)}");
        var root = new RootCommand("A deadline-aware planner for live migrations: it commits a switchover only when the bound on its blackout fits the SLA.");
        var common = new CommonOptions(output, error, input, drivers);
        common.AddTo(root);
        AddVerbs(root, common);
        AddService(root, common);
        root.Subcommands.Add(AgentCommand.Create(common));
        root.Subcommands.Add(CompletionCommand.Create(common));

        foreach (var help in root.Options.OfType<HelpOption>())
        {
            // Nobody writes options with a slash where paths begin with one.
            help.Aliases.Remove("/h");
            help.Aliases.Remove("/?");
        }

        var parsed = root.Parse(args);
        if (FindProblem(parsed) is { } problem)
        {
            await TellAsync($"{problem} Run 'planner --help' for the usage.");
            return ExitStatus.InvalidInput;
        }

        try
        {
            // Ctrl-C is not the library's: inside a blackout the command must go on to a safe end.
            var status = await parsed.InvokeAsync(new InvocationConfiguration { Output = new PlainWriter(output), Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            if (outputTrouble?.Invoke() is not { } lost)
            {
                return status;
            }

            // What became of a machine is said by the status, whoever reads the rest.
            var tellsOfMachine = parsed.CommandResult.Command.Name is MigrateCommand.Name or RecoverCommand.Name or MeasureCommand.Name;
            await TellAsync($"The output could not be written ({lost}){(tellsOfMachine ? "; the exit status says what became of the machine" : "")}.");
            return tellsOfMachine || status != ExitStatus.Done ? status : ExitStatus.OtherFailure;
        }
        catch (Exception e)
        {
            await TellAsync(Failures.Sentence(e));
            if (parsed.GetValue(common.Verbose))
            {
                await error.WriteAsync($"{StoreAddress.Redact(e.ToString())}\n");
            }

            return Failures.StatusOf(e);
        }
    }

    // A program that is the agent alone goes without what it does not need.
    static partial void AddVerbs(RootCommand root, CommonOptions common);

    // A program compiled ahead of time goes without the service.
    static partial void AddService(RootCommand root, CommonOptions common);

    private static string? FindProblem(ParseResult parsed) =>
        parsed.Errors.Count == 0 ? Blank(parsed.RootCommandResult)
        : parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here."
        : parsed.Errors[0].Message;

    // No option and no argument has a use for nothing: a variable of a script was empty.
    private static string? Blank(SymbolResult result)
    {
        var (name, expected) = result switch
        {
            OptionResult { Option: { } option } => (option.Name, option.HelpName),
            ArgumentResult { Parent: not OptionResult, Argument: { } argument } => (argument.Name, argument.HelpName),
            _ => (null, null),
        };
        if (name is not null && result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value)))
        {
            return $"{name} is empty; {expected ?? "a value"} is expected.";
        }

        return result is CommandResult command ? command.Children.Select(Blank).FirstOrDefault(problem => problem is not null) : null;
    }
}
