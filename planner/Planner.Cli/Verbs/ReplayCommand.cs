using System.CommandLine;
using Planner.Evaluation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner replay TRACE… --rule RULE --limit 300ms</c>: one rule over recordings.</summary>
internal static class ReplayCommand
{
    private const double UsualConfidence = 0.9;

    public static Command Create(CommonOptions common)
    {
        var traces = new Argument<string[]>("trace") { Description = "Recordings, or folders of them; also .gz. Recordings of arcs, as 'migrate --record' writes them, are evaluated as latency series.", HelpName = "TRACE", Arity = ArgumentArity.OneOrMore };
        var rule = EvaluationOptions.Rule($"The rule: {string.Join(", ", RuleNames.OfRecordings)}.", RuleNames.OfRecordings);
        var limit = EvaluationOptions.Limit("The blackout limit with its unit.");
        var confidence = EvaluationOptions.Confidence("The share of commits that must keep the limit, and the level of arcs; 0.9 if not stated.");
        var evidence = new Option<string?>("--evidence") { Description = "A folder of more recordings that the planner's own rules learn from.", HelpName = "DIR" };
        var command = new Command("replay", "Try one switchover rule on recordings.") { traces, rule, limit, confidence, evidence };
        command.SetAction(parsed => Run(
            common.Bind(parsed),
            parsed.GetRequiredValue(traces),
            parsed.GetValue(evidence),
            new Arguments(parsed.GetRequiredValue(rule), parsed.GetRequiredValue(limit), parsed.GetValue(confidence) ?? UsualConfidence)));
        return command;
    }

    private static int Run(CommandContext context, string[] paths, string? evidenceFolder, Arguments arguments)
    {
        using var stop = new StopSignal();
        try
        {
            var inputs = Read(context, paths, stop.Token);
            var evidence = evidenceFolder is null ? [] : Read(context, [evidenceFolder], stop.Token).Migrations;
            var migrations = inputs.Migrations;
            if (migrations.Count + inputs.Arcs.Count == 0)
            {
                throw new CliException(ExitStatus.InvalidInput, $"there is no recording in {string.Join(", ", paths)}");
            }

            var given = migrations.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
            Replay(context, migrations, [.. migrations, .. evidence.Where(e => !given.Contains(e.Name))], arguments);
            if (inputs.Arcs.Count > 0)
            {
                SeriesTable.Print(
                    context,
                    "arc-series",
                    $"Recorded arcs: a bound for {RuleTable.Percent(arguments.Confidence)} of the samples",
                    [.. inputs.Arcs.Select(a => LatencySeriesEvaluation.Evaluate(a.Name, a.Seconds, arguments.Confidence))]);
            }

            return ExitStatus.Done;
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitStatus.OtherFailure, "stopped before the replay was done");
        }
    }

    private static EvaluationInputs Read(CommandContext context, string[] paths, CancellationToken stop) =>
        EvaluationInputs.Read(context, InputFiles.Find(paths).Where(f => f.Kind == InputKind.Recording || f.IsNamed).Select(f => f with { Kind = InputKind.Recording }), stop);

    private static void Replay(CommandContext context, IReadOnlyList<QemuRecording> migrations, IReadOnlyList<QemuRecording> evidence, Arguments arguments)
    {
        var rules = new RecordingRules(evidence);
        var replays = rules.Replays.Where(r => migrations.Contains(r.Recording)).ToList();
        if (migrations.Count > replays.Count)
        {
            context.Error.WriteLine($"planner: {migrations.Count - replays.Count} of {migrations.Count} traces are no migration by pre-copy with a known blackout: they are evidence, and not replayed.");
        }

        if (replays.Count == 0)
        {
            return;
        }

        var tally = new RuleTally(arguments.Rule, arguments.LimitSeconds, arguments.Confidence);
        var reports = new List<TraceReport>();
        foreach (var replay in replays)
        {
            var outcome = replay.Run(rules.Create(arguments.Rule, replay.Recording, arguments.LimitSeconds, arguments.Confidence), arguments.LimitSeconds);
            tally.Add(outcome);
            reports.Add(Report(replay, outcome, arguments));
        }

        var row = new RuleRow("recordings", [], tally.Report());
        if (!context.IsJson)
        {
            Print(context.Console, reports);
            RuleTable.Print(context, "All traces", [row]);
            return;
        }

        foreach (var report in reports)
        {
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.TraceReport, ("kind", "trace")));
        }

        context.Output.WriteLine(CliJson.Write(row.Report, CliJson.Default.RuleReport, ("kind", "summary")));
    }

    private static TraceReport Report(RecordingReplay replay, RuleOutcome outcome, Arguments arguments) => new()
    {
        Trace = replay.Recording.Name,
        Rule = arguments.Rule,
        LimitSeconds = arguments.LimitSeconds,
        Confidence = arguments.Confidence,
        Verdict = outcome.BlackoutSeconds is null ? "stayed" : "committed",
        Decisions = outcome.Decisions,
        CommitSeconds = outcome.CompletionSeconds - outcome.BlackoutSeconds,
        BlackoutSeconds = outcome.BlackoutSeconds,
        BoundSeconds = outcome.BoundSeconds,
        Violated = outcome.BlackoutSeconds is { } blackout ? blackout > arguments.LimitSeconds : null,
        CompletionSeconds = outcome.CompletionSeconds,
        OracleCompletionSeconds = outcome.OracleCompletionSeconds,
        RemainingErrorP50Share = replay.RemainingErrorAt(0.5),
        RemainingErrorP90Share = replay.RemainingErrorAt(0.9),
    };

    private static void Print(IAnsiConsole console, List<TraceReport> reports)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("trace").AddColumn("verdict");
        foreach (var column in new[] { "commit", "blackout", "bound", "completion", "oracle's", "remaining p50", "p90" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            table.AddRow(
                Markup.Escape(report.Trace),
                report.Violated == true ? "over the limit" : report.Verdict,
                DecisionTable.Seconds(report.CommitSeconds),
                DecisionTable.Seconds(report.BlackoutSeconds),
                DecisionTable.Seconds(report.BoundSeconds),
                DecisionTable.Seconds(report.CompletionSeconds),
                DecisionTable.Seconds(report.OracleCompletionSeconds),
                RuleTable.Percent(report.RemainingErrorP50Share),
                RuleTable.Percent(report.RemainingErrorP90Share));
        }

        console.WriteTable(table);
    }

    private sealed record Arguments(string Rule, double LimitSeconds, double Confidence);
}
