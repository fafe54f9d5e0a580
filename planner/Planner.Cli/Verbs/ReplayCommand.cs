using System.CommandLine;
using Planner.Policies;
using Planner.Simulation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner replay TRACE… --rule RULE --limit 300ms</c>: what one rule would have made of recorded migrations.</summary>
internal static class ReplayCommand
{
    private const double UsualConfidence = 0.9;

    public static Command Create(CommonOptions common)
    {
        var traces = new Argument<string[]>("traces") { Description = "Recordings, as they are or compressed with gzip.", HelpName = "TRACE", Arity = ArgumentArity.OneOrMore };
        var rule = new Option<string>("--rule") { Description = $"The rule: {string.Join(", ", RuleNames.All)}.", HelpName = "RULE", DefaultValueFactory = _ => PlannerRules.Names[0] };
        rule.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && RuleNames.Problem(result.Tokens[^1].Value) is { } problem)
            {
                result.AddError(problem);
            }
        });
        var limit = EvaluationParsing.Limits("The limit of the blackout; 300ms without it.");
        var confidence = EvaluationParsing.Confidences("The share of commits that must keep the limit, for the planner's own rules; 0.9 without it.");
        var evidence = new Option<string[]>("--evidence")
        {
            Description = "Folders or files with more recordings of the same link; the planner's own rules learn from these and from the other traces, but never from the trace's own configuration.",
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("replay", "Try one switchover rule on recorded migrations.") { traces, rule, limit, confidence, evidence };
        command.SetAction(parsed => Run(
            common.Bind(parsed),
            parsed.GetRequiredValue(traces),
            parsed.GetValue(evidence) ?? [],
            parsed.GetRequiredValue(rule),
            (parsed.GetValue(limit) ?? []).FirstOrDefault(0.3),
            (parsed.GetValue(confidence) ?? []).FirstOrDefault(UsualConfidence)));
        return command;
    }

    private static int Run(CommandContext context, IReadOnlyList<string> traces, string[] evidence, string rule, double limit, double confidence)
    {
        var inputs = EvaluationInputs.Read(traces);
        List<QemuRecording> known = [.. inputs.Recordings, .. evidence.Length > 0 ? EvaluationInputs.Read(evidence).Recordings : []];
        if (inputs.Recordings.Count > 0)
        {
            Replay(context, inputs.Recordings, [.. known.DistinctBy(r => r.Name)], rule, limit, confidence);
        }

        List<LatencySeriesReport> series = [.. inputs.Series.Select(s => LatencySeriesEvaluation.Evaluate(s.Name, s.Seconds, 0.99))];
        if (context.IsJson)
        {
            series.ForEach(r => context.Output.WriteLine(EvaluationJson.Write(r, EvaluationJson.Default.LatencySeriesReport)));
        }
        else if (series.Count > 0)
        {
            SeriesTable.Print(context.Console, series);
        }

        return ExitStatus.Done;
    }

    private static void Replay(CommandContext context, List<QemuRecording> recordings, List<QemuRecording> known, string rule, double limit, double confidence)
    {
        var fixedSeconds = new RecordingEvaluation(known).FixedSeconds;
        var tally = new RuleTally(rule, limit, confidence);
        var lines = new List<ReplayedTrace>();
        foreach (var recording in recordings)
        {
            if (!recording.IsSwitchover)
            {
                context.Error.WriteLine($"planner: {recording.Name} is no migration by pre-copy with a known blackout and is not replayed.");
                continue;
            }

            var replay = new RecordingReplay(recording, fixedSeconds);
            var outcome = replay.Run(
                PlannerRules.Names.Contains(rule) ? RecordedEvidence.RuleFor(rule, recording, known, limit, confidence) : PeerRules.Create(rule, limit),
                limit);
            tally.Add(outcome);
            lines.Add(new ReplayedTrace(
                recording.Name,
                rule,
                limit,
                outcome.BlackoutSeconds is null ? "stay" : "commit",
                outcome.CompletionSeconds - outcome.BlackoutSeconds,
                outcome.BlackoutSeconds,
                outcome.BoundSeconds,
                outcome.BlackoutSeconds is { } blackout ? blackout > limit : null,
                outcome.OracleCompletionSeconds,
                replay.RemainingErrors.Count > 0 ? replay.RemainingErrors[replay.RemainingErrors.Count / 2] : null));
        }

        if (context.IsJson)
        {
            lines.ForEach(l => context.Output.WriteLine(EvaluationJson.Write(l, EvaluationJson.Default.ReplayedTrace)));
            context.Output.WriteLine(EvaluationJson.Write(tally.Report(), EvaluationJson.Default.RuleReport));
            return;
        }

        Print(context.Console, lines);
        RuleTable.Print(context.Console, $"{lines.Count} traces", [tally.Report()]);
    }

    private static void Print(IAnsiConsole console, List<ReplayedTrace> lines)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("trace");
        foreach (var column in new[] { "verdict", "stopped at", "blackout", "bound", "oracle done at", "error of remaining" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var line in lines)
        {
            table.AddRow(
                Markup.Escape(line.Trace),
                line.Violated == true ? "commit, over the limit" : line.Verdict,
                DecisionTable.Seconds(line.CommitSeconds),
                DecisionTable.Seconds(line.BlackoutSeconds),
                DecisionTable.Seconds(line.BoundSeconds),
                DecisionTable.Seconds(line.OracleCompletionSeconds),
                line.RemainingErrorP50 is { } error ? $"{error * 100:0.#} %" : "-");
        }

        console.Write(table);
    }
}
