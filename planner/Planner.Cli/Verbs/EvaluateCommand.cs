using System.CommandLine;
using Planner.Evaluation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner evaluate DIR</c>: all rules over recordings and workloads, and the bound over latency series.</summary>
internal static class EvaluateCommand
{
    private const int MostMigrations = 100_000;
    private const int MostThreads = 256;

    private static readonly double[] SeriesLevels = [0.99];
    private static readonly double[] RecordingLimits = [0.03, 0.05, 0.1, 0.3];

    // About 15 blackouts are evidence for each recording: enough at 0.9, and at 0.99 the planner has to say that they are not.
    private static readonly double[] RecordingConfidences = [0.9, 0.99];

    public static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("path") { Description = "Folders and files: recordings (*.jsonl), latency series (*.csv), workloads (*.yaml); also .gz.", HelpName = "DIR", Arity = ArgumentArity.OneOrMore };
        var limits = EvaluationOptions.Limits("A blackout limit with its unit; may be repeated. Without it 30ms, 50ms, 100ms and 300ms for recordings, and the grid's for workloads.");
        var confidence = EvaluationOptions.Confidences("A share of commits that must keep the limit, and a level of series; may be repeated. Without it 0.9 and 0.99 for recordings, the grid's for workloads, 0.99 for series.");
        var rules = EvaluationOptions.Rules("A rule to show; may be repeated. Without it all.", RuleNames.All);
        var seed = Choices.Seed("The seed of simulated workloads.");
        var migrations = EvaluationOptions.Count("--migrations", "Migrations of every cell of the grid of workloads.", MostMigrations, usual: 20);
        var threads = EvaluationOptions.Count("--threads", "Threads that share the work; the figures do not depend on it.", MostThreads, Math.Min(MostThreads, Environment.ProcessorCount));
        var by = Choices.Of(
            new Option<Grouping>("--by") { Description = "Keep apart what workloads give: each cell, or each kind of devices." }, ("cell", Grouping.Cell), ("group", Grouping.Group));
        var pictures = new Option<string?>("--pictures") { Description = "Draw the figures too, as SVG files in this folder.", HelpName = "DIR" };
        var train = ColdStartTraining.CreateOption();
        var command = new Command("evaluate", "Try all switchover rules on recordings and workloads, and the bound on latency series.") { paths, limits, confidence, rules, seed, migrations, threads, by, pictures, train };
        Option[] ofEvaluation = [limits, confidence, rules, migrations, threads, by, pictures];
        command.SetAction(parsed => parsed.GetValue(train)
            ? Train(ofEvaluation.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }), common.Bind(parsed), parsed.GetRequiredValue(paths), (int)(parsed.GetValue(seed) & int.MaxValue))
            : Run(common.Bind(parsed), parsed.GetRequiredValue(paths), new Arguments(
            parsed.GetValue(limits) is { Length: > 0 } given ? [.. given.Distinct()] : null,
            parsed.GetValue(confidence) is { Length: > 0 } stated ? [.. stated.Distinct()] : null,
            parsed.GetValue(rules) is { Length: > 0 } named ? [.. named.Distinct()] : RuleNames.All,
            new GridOptions { Seed = parsed.GetValue(seed), MigrationsPerCell = parsed.GetValue(migrations), Threads = parsed.GetValue(threads) },
            parsed.GetValue(by),
            parsed.GetValue(pictures))));
        return command;
    }

    private static int Train(Option? unused, CommandContext context, string[] paths, int seed)
    {
        if (unused is not null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{unused.Name} is for an evaluation; --train only learns");
        }

        if (!ProgramParts.HasTraining)
        {
            throw new CliException(ExitStatus.TargetLacks, "this planner was compiled ahead of time, without the library that trains models; train with one that was not");
        }

        using var store = context.OpenStore(CancellationToken.None);
        context.Say(ColdStartTraining.Run(paths, store, seed, TimeProvider.System.GetUtcNow()));
        return ExitStatus.Done;
    }

    private static int Run(CommandContext context, string[] paths, Arguments arguments)
    {
        using var stop = new StopSignal();
        using var progress = new StderrProgress();
        try
        {
            var inputs = EvaluationInputs.Read(context, InputFiles.Find(paths), stop.Token);
            if (inputs.IsEmpty)
            {
                throw new CliException(ExitStatus.InvalidInput, $"there is nothing to evaluate in {string.Join(", ", paths)}: no recording (*.jsonl), latency series (*.csv) or workloads (*.yaml with 'kind: Workloads')");
            }

            var pictures = new PictureFolder(arguments.Pictures);
            Recordings(context, inputs.Migrations, arguments, pictures);
            Series(context, "latency-series", "Latency series", inputs.Series, arguments, stop.Token);
            Series(context, "arc-series", "Recorded arcs", inputs.Arcs, arguments, stop.Token);
            if (inputs.Series.Count > 0)
            {
                pictures.Draw("coverage.svg", () => EvaluationPictures.Coverage(inputs.Series, (arguments.Confidences ?? SeriesLevels)[0]));
            }

            Workloads(context, inputs.Workloads, arguments, pictures, progress, stop.Token);
            return ExitStatus.Done;
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitStatus.OtherFailure, "stopped before the evaluation was done");
        }
    }

    private static void Recordings(CommandContext context, IReadOnlyList<QemuRecording> recordings, Arguments arguments, PictureFolder pictures)
    {
        if (recordings.Count == 0)
        {
            return;
        }

        var rules = new RecordingRules(recordings);
        var rows = rules.Evaluate(
            [.. RuleNames.OfRecordings.Where(arguments.Rules.Contains)],
            arguments.Limits ?? RecordingLimits,
            arguments.Confidences ?? RecordingConfidences).ToList();
        var moments = StopMomentEvaluation.Evaluate(recordings);
        if (context.IsJson)
        {
            PrintJson(context, rows);
            context.Output.WriteLine(CliJson.Write(moments, CliJson.Default.StopMomentReport, ("kind", "stop-moment")));
        }
        else
        {
            var (p50, p90) = rules.RemainingErrors;
            RuleTable.Print(
                context,
                $"Recordings: {rules.Replays.Count} of {recordings.Count} are migrations by pre-copy with a known blackout and are replayed",
                rules.Replays.Count > 0 ? rows : []);
            context.Console.WriteLine($"What remains between syncs is known to {RuleTable.Percent(p50)} on the median, {RuleTable.Percent(p90)} at p90.");
            StopMomentTable.Print(context, moments);
        }

        NeverCompleted(context, rules, arguments);

        pictures.Draw("predicted-actual.svg", () => EvaluationPictures.PredictedActual(moments));
        pictures.Draw("rules-recordings.svg", () => EvaluationPictures.Rules("Rules on recordings", [.. rows.Select(r => r.Report)]));
    }

    private static void NeverCompleted(CommandContext context, RecordingRules rules, Arguments arguments)
    {
        var reports = new List<TraceReport>();
        foreach (var replay in rules.NeverCompleted)
        {
            foreach (var limit in arguments.Limits ?? RecordingLimits)
            {
                var confidences = arguments.Confidences ?? RecordingConfidences;
                foreach (var confidence in confidences)
                {
                    reports.AddRange(RuleNames.OfRecordings.Where(arguments.Rules.Contains).Where(r => !RuleNames.IsPeer(r) || confidence == confidences[0])
                        .Select(rule => TraceTable.Report(replay, replay.Run(rules.Create(rule, replay.Recording, limit, confidence), limit), rule, limit, confidence)));
                }
            }
        }

        if (reports.Count == 0)
        {
            return;
        }

        if (!context.IsJson)
        {
            TraceTable.PrintNeverCompleted(context.Console, reports);
            reports.DistinctBy(r => r.Trace).ToList().ForEach(r => TraceTable.PrintRemaining(context.Console, r));
            return;
        }

        reports.ForEach(r => context.Output.WriteLine(CliJson.Write(r, CliJson.Default.TraceReport, ("kind", "trace"))));
    }

    private static void Series(CommandContext context, string kind, string title, IReadOnlyList<LatencySeries> series, Arguments arguments, CancellationToken stop)
    {
        foreach (var level in series.Count > 0 ? arguments.Confidences ?? SeriesLevels : [])
        {
            var reports = series.Select(s =>
            {
                stop.ThrowIfCancellationRequested();
                return LatencySeriesEvaluation.Evaluate(s.Name, s.Seconds, level);
            }).ToList();
            SeriesTable.Print(context, kind, $"{title}: a bound for {RuleTable.Percent(level)} of the samples", reports);
        }
    }

    private static void Workloads(
        CommandContext context, IReadOnlyList<(string File, WorkloadFile Workloads)> files, Arguments arguments, PictureFolder pictures, StderrProgress progress, CancellationToken stop)
    {
        foreach (var (file, read) in files)
        {
            var workloads = read with
            {
                Grid = read.Grid with
                {
                    LimitSeconds = arguments.Limits ?? read.Grid.LimitSeconds,
                    Confidences = arguments.Confidences ?? read.Grid.Confidences,
                },
            };
            void Show(double share) => progress.Show($"{Path.GetFileName(file)}: {share * 100:0} %");

            // A column of the grid may take minutes; whoever stops the command does not wait for its end.
            var tallies = Task.Run(() => GridEvaluation.Run(workloads, arguments.Options, Show, stop), stop).WaitAsync(stop).GetAwaiter().GetResult();
            progress.Clear();
            var name = files.Count > 1 ? file : null;
            var rows = WorkloadRules.Gather(name, workloads.Grid, tallies, arguments.By, arguments.Rules).ToList();
            if (context.IsJson)
            {
                PrintJson(context, rows);
            }
            else
            {
                WorkloadSummary.Print(context, workloads.Grid, tallies);
                RuleTable.Print(context, $"Workloads of {file}, seed {arguments.Options.Seed}, at least {arguments.Options.MigrationsPerCell} migrations a cell", rows);
            }

            var pooled = arguments.By == Grouping.None ? rows : [.. WorkloadRules.Gather(name, workloads.Grid, tallies, Grouping.None, arguments.Rules)];
            pictures.Draw(
                name is null ? "rules-workloads.svg" : $"rules-{Path.GetFileNameWithoutExtension(file)}.svg",
                () => EvaluationPictures.Rules("Rules on generated workloads", [.. pooled.Select(r => r.Report)]));
        }
    }

    private static void PrintJson(CommandContext context, List<RuleRow> rows)
    {
        foreach (var row in rows)
        {
            context.Output.WriteLine(CliJson.Write(row.Report, CliJson.Default.RuleReport, [("kind", row.Kind), .. row.Keys]));
        }
    }

    private sealed record Arguments(
        IReadOnlyList<double>? Limits, IReadOnlyList<double>? Confidences, IReadOnlyList<string> Rules, GridOptions Options, Grouping By, string? Pictures);
}
