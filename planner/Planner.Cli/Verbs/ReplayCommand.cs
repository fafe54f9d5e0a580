using System.CommandLine;
using Planner.Evaluation;

namespace Planner.Cli;

/// <summary><c>planner replay TRACE… --rule RULE --limit 300ms</c>: one rule over recordings.</summary>
internal static class ReplayCommand
{
    private const double UsualConfidence = 0.9;

    public static Command Create(CommonOptions common)
    {
        var traces = new Argument<string[]>("trace") { Description = "Recordings, or folders of them; also .gz. Arcs in them are evaluated as latency series too.", HelpName = "TRACE", Arity = ArgumentArity.OneOrMore };
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
            if (migrations.Count + inputs.Sessions.Count + inputs.Arcs.Count == 0)
            {
                throw new CliException(ExitStatus.InvalidInput, $"there is no recording in {string.Join(", ", paths)}");
            }

            var given = migrations.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
            Replay(context, migrations, [.. migrations, .. evidence.Where(e => !given.Contains(e.Name))], inputs.Sessions, arguments);
            if (inputs is { Arcs.Count: > 0, Sessions.Count: 0 } && migrations.Count == 0)
            {
                context.Error.WriteLine("planner: this recording holds arcs alone, and no rule can be tried on them: record anew, and the decisions are recorded too.");
            }

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

    private static void Replay(CommandContext context, IReadOnlyList<QemuRecording> migrations, IReadOnlyList<QemuRecording> evidence, IReadOnlyList<DeviceRecording> sessions, Arguments arguments)
    {
        var rules = new RecordingRules(evidence);
        var replays = rules.Replays.Concat(rules.NeverCompleted).Where(r => migrations.Contains(r.Recording)).OrderBy(r => migrations.ToList().IndexOf(r.Recording)).ToList();
        if (migrations.Count > replays.Count)
        {
            context.Error.WriteLine($"planner: {migrations.Count - replays.Count} of {migrations.Count} traces are no migration by pre-copy with a known blackout: they are evidence, and not replayed.");
        }

        var tally = new RuleTally(arguments.Rule, arguments.LimitSeconds, arguments.Confidence);
        var (reports, counted) = (new List<TraceReport>(), 0);
        void Count(RuleOutcome outcome, bool isKnown)
        {
            if (isKnown)
            {
                tally.Add(outcome);
                counted++;
            }
        }

        foreach (var replay in replays)
        {
            var outcome = replay.Run(rules.Create(arguments.Rule, replay.Recording, arguments.LimitSeconds, arguments.Confidence), arguments.LimitSeconds);
            Count(outcome, replay.BlackoutFrom == BlackoutSource.Measured);
            reports.Add(TraceTable.Report(replay, outcome, arguments.Rule, arguments.LimitSeconds, arguments.Confidence));
        }

        foreach (var replay in sessions.Select(s => new DeviceReplay(s)))
        {
            var outcome = replay.Run(arguments.Rule, arguments.LimitSeconds, arguments.Confidence);
            Count(outcome, replay.Recording.IsCompleted);
            reports.Add(TraceTable.Report(replay, outcome, arguments.Rule, arguments.LimitSeconds, arguments.Confidence));
        }

        if (reports.Count > 0)
        {
            Print(context, reports, counted > 0 ? new RuleRow("recordings", [], tally.Report()) : null);
        }
    }

    private static void Print(CommandContext context, List<TraceReport> reports, RuleRow? all)
    {
        if (!context.IsJson)
        {
            TraceTable.Print(context.Console, reports);
            reports.ForEach(r => TraceTable.PrintRemaining(context.Console, r));
            if (all is not null)
            {
                RuleTable.Print(context, "All traces whose blackout is known", [all]);
            }

            return;
        }

        foreach (var report in reports)
        {
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.TraceReport, ("kind", "trace")));
        }

        if (all is not null)
        {
            context.Output.WriteLine(CliJson.Write(all.Report, CliJson.Default.RuleReport, ("kind", "summary")));
        }
    }

    private sealed record Arguments(string Rule, double LimitSeconds, double Confidence);
}
