using System.CommandLine;
using System.Globalization;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary><c>planner simulate --seed N --runs M</c>: simulated worlds in which everything may go wrong, and what is promised whatever happens.</summary>
internal static class SimulateCommand
{
    public const string Name = "simulate";

    private const long MostRuns = 1_000_000_000;

    public static Command Create(CommonOptions common)
    {
        var seed = new Option<string>("--seed") { Description = "The first seed, or what an earlier run printed of one that broke a promise, such as 3-4711+kill0.", HelpName = "N", DefaultValueFactory = _ => "1" };
        var runs = new Option<long>("--runs") { Description = "How many seeds from there on. One alone is told line by line.", HelpName = "M", DefaultValueFactory = _ => 1 };
        runs.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!long.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n is < 1 or > MostRuns))
            {
                result.AddError($"--runs is '{result.Tokens[^1].Value}'; a whole number from 1 to {MostRuns} is expected.");
            }
        });
        var command = new Command(Name, "Simulate migrations in which devices, disks and the planner itself fail, and hold what is promised against what an onlooker sees.") { seed, runs };
        command.SetAction((parsed, _) => Task.FromResult(Run(common.Bind(parsed), parsed.GetRequiredValue(seed), parsed.GetValue(runs))));
        return command;
    }

    private static int Run(CommandContext context, string text, long runs)
    {
        if (WorldScenario.TryRead(text, out var seed, out var without) is { } problem)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--seed is '{text}'; {problem}.");
        }

        if (without.Count > 0 && runs > 1)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--seed is '{text}', which is one run: leave out --runs.");
        }

        using var stop = new StopSignal();
        WorldSum sum;
        try
        {
            sum = without.Count > 0 ? WorldRuns.Count(WorldScenario.Draw(seed).Without(without)) : WorldRuns.Run(seed, runs, stop.Token);
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitStatus.OtherFailure, "stopped before all runs were done.");
        }

        var broken = sum.FirstBroken is { } first ? WorldRuns.Shrink(first, without) : null;
        if (broken is not null)
        {
            foreach (var (checker, (worlds, lowest)) in sum.ByChecker)
            {
                context.Error.WriteLine($"planner: '{checker}' is broken in {worlds} of {sum.Runs} runs, first by seed {lowest}.");
            }

            foreach (var promise in broken.Broken)
            {
                context.Error.WriteLine($"planner: '{promise.Checker}' is broken by seed {sum.FirstBroken}: {promise.What}. Repeat the smallest such run with: planner simulate --seed {broken.Text}");
            }
        }

        if (!context.IsJson && (broken?.History ?? (runs == 1 ? World.Run(WorldScenario.Draw(seed).Without(without)).History : null)) is { } history)
        {
            context.Output.WriteLine(WorldStory.Legend);
            foreach (var line in WorldStory.Tell(history))
            {
                context.Output.WriteLine(line);
            }
        }

        context.Output.WriteLine(context.IsJson
            ? CliJson.Write(new SimulationReport(sum.Runs, sum.Committed, sum.Stayed, sum.CouldHaveCommitted, sum.Broken, sum.FirstBroken), CliJson.Default.SimulationReport)
            : $"{sum.Runs} run{(sum.Runs == 1 ? "" : "s")}: {sum.Committed} committed of {sum.CouldHaveCommitted} that could have, {sum.Stayed} stayed; promises broken in {sum.Broken}.");
        return sum.Broken == 0 ? ExitStatus.Done : ExitStatus.OtherFailure;
    }
}
