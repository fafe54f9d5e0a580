using System.CommandLine;
using Planner.Policies;
using Planner.Simulation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner evaluate DIR…</c>: all rules over recordings, latency series, and workloads with known truth.</summary>
internal static class EvaluateCommand
{
    private const double UsualLevel = 0.99;
    private const int UsualMigrations = 40;

    public static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("paths")
        {
            Description = "Folders or files: recorded QEMU migrations (.jsonl), latency series (.csv), each also as .gz, and workloads (.yaml, kind: Workloads).",
            HelpName = "DIR|FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        var limits = EvaluationParsing.Limits("Blackout limits for recordings; without it 30, 50, 100 and 300 ms. Workloads have their own.");
        var confidences = EvaluationParsing.Confidences("Shares of commits that must keep the limit, for recordings (without it 0.9 and 0.99) and series (0.99).");
        var rules = new Option<string[]>("--rule") { Description = $"Rules to print; without it all: {string.Join(", ", RuleNames.All)}.", HelpName = "RULE", AllowMultipleArgumentsPerToken = true };
        rules.Validators.Add(result =>
        {
            foreach (var problem in result.Tokens.Select(t => RuleNames.Problem(t.Value)).OfType<string>())
            {
                result.AddError(problem);
            }
        });
        var seed = EvaluationParsing.Integer("--seed", "The seed of all chance; the same seed gives the same figures.", 0, int.MaxValue, 1);
        var migrations = EvaluationParsing.Integer("--migrations", "Simulated migrations of every cell of a grid of workloads.", 1, 1_000_000, UsualMigrations);
        var threads = EvaluationParsing.Integer("--threads", "Threads that share the work.", 1, 1024, Math.Min(1024, Environment.ProcessorCount));
        var by = new Option<GridGrouping>("--by")
        {
            Description = "Which cells of a grid are counted together: those of a limit, those of one kind of devices, or each by itself.",
            HelpName = "limit|devices|cell",
        };
        var pictures = new Option<string?>("--pictures") { Description = "Also draw the figures as SVG files into this folder.", HelpName = "DIR" };
        var train = ColdStartTraining.CreateOption();
        var command = new Command("evaluate", "Try all switchover rules on recordings and on workloads with known truth, and bounds on latency series.")
        {
            paths, limits, confidences, rules, seed, migrations, threads, by, pictures, train,
        };
        command.SetAction(parsed => parsed.GetValue(train)
            ? Train(common.Bind(parsed), parsed.GetRequiredValue(paths), parsed.GetValue(seed))
            : Run(common.Bind(parsed), parsed.GetRequiredValue(paths), new EvaluationOptions(
            parsed.GetValue(limits) ?? [],
            parsed.GetValue(confidences) ?? [],
            parsed.GetValue(rules) ?? [],
            new GridOptions { Seed = (ulong)parsed.GetValue(seed), MigrationsPerCell = parsed.GetValue(migrations), Threads = parsed.GetValue(threads) },
            parsed.GetValue(by),
            parsed.GetValue(pictures))));
        return command;
    }

    private static int Train(CommandContext context, string[] paths, int seed)
    {
        using var store = context.OpenStore();
        context.Say(ColdStartTraining.Run(paths, store, seed, TimeProvider.System.GetUtcNow()));
        return ExitStatus.Done;
    }

    private static int Run(CommandContext context, IReadOnlyList<string> paths, EvaluationOptions options)
    {
        var inputs = EvaluationInputs.Read(paths);
        var pictures = options.Pictures is null ? null : new EvaluationPictures(options.Pictures);
        foreach (var recording in inputs.Recordings.Where(r => r.Skipped.Count > 0))
        {
            context.Error.WriteLine($"planner: {recording.Name}: line {recording.Skipped[0].Line} is left out: {recording.Skipped[0].Reason}");
        }

        Recordings(context, inputs, options, pictures);
        Series(context, inputs, options, pictures);
        return Workloads(context, inputs, options, pictures) ? ExitStatus.Done : ExitStatus.OtherFailure;
    }

    private static void Recordings(CommandContext context, EvaluationInputs inputs, EvaluationOptions options, EvaluationPictures? pictures)
    {
        if (inputs.Recordings.Count == 0)
        {
            return;
        }

        var rows = RecordingRows.Evaluate(inputs.Recordings, options);
        Print(context, $"{inputs.Recordings.Count} recordings, of which {inputs.Recordings.Count(r => r.IsSwitchover)} are switchovers that can be replayed", rows);
        var stops = StopMomentEvaluation.Evaluate(inputs.Recordings);
        if (stops.Moments.Count > 0)
        {
            Print(context, stops);
        }

        pictures?.Draw(stops);
        pictures?.Draw(rows, "recordings");
    }

    private static void Print(CommandContext context, StopMomentReport stops)
    {
        if (context.IsJson)
        {
            context.Output.WriteLine(EvaluationJson.Write(stops, EvaluationJson.Default.StopMomentReport));
            return;
        }

        context.Output.WriteLine(
            $"The blackout at QEMU's own stop, predicted from the other configurations: off by {DecisionTable.Seconds(stops.ErrorP50Seconds)} on the median and "
            + $"{DecisionTable.Seconds(stops.ErrorP90Seconds)} at p90 (their median blackout: {DecisionTable.Seconds(stops.ConstantErrorP50Seconds)} and "
            + $"{DecisionTable.Seconds(stops.ConstantErrorP90Seconds)}); paired test p = {stops.PairedProbability:0.####} over runs, "
            + $"{stops.PairedProbabilityOfConfigurations:0.####} over configurations. The 90 % bound covers {stops.Coverage:0.##}; "
            + $"at 99 % the evidence is insufficient for {stops.InsufficientEvidence} of {stops.Moments.Count}.");
    }

    private static void Series(CommandContext context, EvaluationInputs inputs, EvaluationOptions options, EvaluationPictures? pictures)
    {
        if (inputs.Series.Count == 0)
        {
            return;
        }

        var level = options.Confidences.Count > 0 ? options.Confidences[0] : UsualLevel;
        List<LatencySeriesReport> reports = [.. inputs.Series.Select(s => LatencySeriesEvaluation.Evaluate(s.Name, s.Seconds, level))];
        if (context.IsJson)
        {
            reports.ForEach(r => context.Output.WriteLine(EvaluationJson.Write(r, EvaluationJson.Default.LatencySeriesReport)));
        }
        else
        {
            SeriesTable.Print(context.Console, reports);
        }

        pictures?.Draw(inputs.Series, level);
    }

    private static bool Workloads(CommandContext context, EvaluationInputs inputs, EvaluationOptions options, EvaluationPictures? pictures)
    {
        using var stop = new StopSignal();
        foreach (var (file, workloads) in inputs.Workloads)
        {
            IReadOnlyList<GridTally> tallies;
            try
            {
                tallies = GridEvaluation.Run(workloads, options.Grid, context.IsLive ? share => context.Error.Write($"\r{share:0 %} of {file} ") : null, stop.Token);
            }
            catch (OperationCanceledException)
            {
                context.Error.WriteLine($"planner: stopped; {file} was not evaluated to its end.");
                return false;
            }

            var rows = GridReports.Rows(tallies, workloads.Grid, options.Grouping);
            Print(context, $"{file}: {tallies.Select(t => t.Cell).Distinct().Count()} cells", [.. rows.Where(r => options.Includes(r.Rule))]);
            if (!context.IsJson)
            {
                foreach (var rule in PlannerRules.Names)
                {
                    var cells = GridComparison.BetterInBoth(tallies, rule).Select(a => a.Cell).Distinct().Count();
                    context.Output.WriteLine($"cells in which another system violates less and completes sooner than {rule}: {cells} of {tallies.Count(t => t.Tally.Rule == rule)}");
                }
            }

            pictures?.Draw(rows, Path.GetFileNameWithoutExtension(file));
        }

        return true;
    }

    private static void Print(CommandContext context, string title, IReadOnlyList<RuleReport> rows)
    {
        if (!context.IsJson)
        {
            RuleTable.Print(context.Console, title, rows);
            return;
        }

        foreach (var row in rows)
        {
            context.Output.WriteLine(EvaluationJson.Write(row, EvaluationJson.Default.RuleReport));
        }
    }
}
