using System.CommandLine;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Cli;

/// <summary><c>planner attempts</c>: the ledger, as a list, or one attempt explained from its recorded inputs.</summary>
internal static class AttemptsCommand
{
    private const int UsualLatest = 50;
    private const int MostLatest = 100_000;

    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("id") { Description = "An attempt, by its identifier or the beginning of it: its whole story.", Arity = ArgumentArity.ZeroOrOne };
        var machine = new Option<string?>("--machine") { Description = "Those of a machine.", HelpName = "NAME" };
        var sla = new Option<string?>("--class") { Description = "Those under an SLA class.", HelpName = "CLASS" };
        var latest = new Option<int>("--latest") { Description = $"The latest so many; 1 to {MostLatest}.", HelpName = "N", DefaultValueFactory = _ => UsualLatest };
        latest.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(result.GetValueOrDefault<int>() is >= 1 and <= MostLatest))
            {
                result.AddError($"--latest is {result.Tokens[^1].Value}; 1 to {MostLatest} is expected.");
            }
        });
        var command = new Command("attempts", "What became of every attempt to migrate a machine, and why: what was promised, decided and done, and how long the guest was paused.") { id, machine, sla, latest };
        command.SetAction(parsed => Run(
            common.Bind(parsed), parsed.GetValue(id), new AttemptFilter(parsed.GetValue(machine), parsed.GetValue(sla), parsed.GetValue(latest))));
        return command;
    }

    private static int Run(CommandContext context, string? id, AttemptFilter filter)
    {
        using var store = context.OpenStore(CancellationToken.None);
        if (id is null)
        {
            Print(context, store.ReadAttempts(filter));
            return ExitStatus.Done;
        }

        var attempt = store.FindAttempt(id) ?? throw new CliException(
            ExitStatus.InvalidInput, $"there is no attempt '{id}' in the store {context.StoreName}, or more than one begins like this: 'planner attempts' lists them");
        if (filter is { Machine: { } machine } && machine != attempt.Machine || filter is { SlaClass: { } sla } && sla != attempt.SlaClass)
        {
            throw new CliException(ExitStatus.InvalidInput, $"the attempt '{attempt.Id}' is one of {attempt.Machine} under the class '{attempt.SlaClass}'");
        }

        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(AttemptReport.From(attempt, isExplained: true), CliJson.Default.AttemptReport));
        }
        else
        {
            AttemptTable.Explain(context.Console, attempt, AttemptReport.Explain);
        }

        return ExitStatus.Done;
    }

    private static void Print(CommandContext context, IReadOnlyList<MigrationAttempt> attempts)
    {
        if (context.IsJson)
        {
            foreach (var attempt in attempts)
            {
                context.Output.WriteLine(CliJson.Write(AttemptReport.From(attempt, isExplained: false), CliJson.Default.AttemptReport));
            }
        }
        else if (attempts.Count == 0)
        {
            context.Say($"There is no such attempt in the store {context.StoreName}.");
        }
        else
        {
            AttemptTable.Print(context.Console, attempts);
        }
    }
}
