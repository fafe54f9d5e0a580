using System.CommandLine;
using Planner.Documents;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner policy check|schema|explain FILE</c>: SLA policies before they are used.</summary>
internal static class PolicyCommand
{
    private enum Form
    {
        Words,
        OpenSlo,
    }

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<string>("file") { Description = "A file with SLA policies." };
        var check = new Command("check", "Say whether a file's policies are valid, and what in them may surprise.") { file };
        check.SetAction((parsed, _) => Task.FromResult(Check(common.Bind(parsed), parsed.GetRequiredValue(file))));

        var schema = new Command("schema", "Print the JSON schema of SLA policies.");
        schema.SetAction(parsed =>
        {
            common.Bind(parsed).Output.Write(SlaPolicySchema.Text);
            return ExitStatus.Done;
        });

        var form = Choices.Of(new Option<Form>("--as") { Description = "As sentences, or as objectives of OpenSLO v1." }, ("words", Form.Words), ("openslo", Form.OpenSlo));
        var explain = new Command("explain", "Say what a file's policies mean: for whom, which evidence they take, budgets, alerts, and when their windows open.") { file, form };
        explain.SetAction((parsed, _) => Task.FromResult(Explain(common.Bind(parsed), parsed.GetRequiredValue(file), parsed.GetValue(form))));
        return new Command("policy", "Check, explain and export SLA policies.") { check, schema, explain };
    }

    private static IReadOnlyList<SlaPolicy> Read(string file)
    {
        using var stop = new StopSignal();
        return Interruptible.Run(() => SlaPolicyText.ReadAll(TextFiles.Read(file), file), stop.Token);
    }

    private static int Check(CommandContext context, string file)
    {
        var policies = Read(file);
        var notes = SlaPolicyWords.Notes(policies, TimeProvider.System.GetUtcNow());
        if (context.IsJson)
        {
            var report = new PolicyCheckReport(file, [.. policies.Select(p => p.Name)], [.. notes.Select(n => new PolicyNote(n.SlaClass, n.Note))]);
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.PolicyCheckReport));
            return ExitStatus.Done;
        }

        context.Output.WriteLine($"{file}: valid; its classes are {string.Join(", ", policies.Select(p => p.Name))}.");
        foreach (var (slaClass, note) in notes)
        {
            context.Output.WriteLine($"{slaClass}: {note}");
        }

        return ExitStatus.Done;
    }

    private static int Explain(CommandContext context, string file, Form form)
    {
        var policies = Read(file);
        if (form == Form.OpenSlo)
        {
            context.Output.Write(SlaPolicyOpenSlo.Write(policies));
            return ExitStatus.Done;
        }

        var now = TimeProvider.System.GetUtcNow();
        foreach (var policy in policies)
        {
            if (context.IsJson)
            {
                var report = new PolicyExplanation(policy.Name, SlaPolicyJson.Node(policy), SlaPolicyWords.NeededBlackouts(policy), SlaPolicyWords.Explain(policy, now));
                context.Output.WriteLine(CliJson.Write(report, CliJson.Default.PolicyExplanation));
            }
            else
            {
                context.Output.WriteLine(policy.Name);
                foreach (var line in SlaPolicyWords.Explain(policy, now))
                {
                    context.Output.WriteLine($"  {line}");
                }
            }
        }

        return ExitStatus.Done;
    }
}
