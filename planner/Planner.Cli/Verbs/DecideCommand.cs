using System.CommandLine;
using Planner.Documents;
using Planner.Policies;

namespace Planner.Cli;

/// <summary><c>planner decide &lt; snapshot.json</c>: one decision with its explanation.</summary>
internal static class DecideCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("decide", "Read a snapshot (JSON) from stdin and print one decision with its explanation.");
        command.SetAction(parsed => Run(common.Bind(parsed)));
        return command;
    }

    private static int Run(CommandContext context)
    {
        var snapshot = DecisionJson.ReadSnapshot(ReadInput(context), "stdin");
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var moment = evaluator.Moment;
        var decision = evaluator.Explain(evaluator.Decide(moment), moment);
        if (context.IsJson)
        {
            context.Output.WriteLine(DecisionJson.WriteDecision(decision));
        }
        else
        {
            DecisionTable.Print(context.Console, decision);
        }

        return ExitStatus.Done;
    }

    private static string ReadInput(CommandContext context)
    {
        try
        {
            return TextFiles.Read(context.Input, "stdin");
        }
        catch (IOException e)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot read stdin: {e.Message}");
        }
    }
}
