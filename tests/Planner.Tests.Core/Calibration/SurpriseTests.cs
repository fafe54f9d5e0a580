using System.Globalization;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Calibration;

/// <summary>What one blackout that is five times as long as foretold does to the bound, and how many ordinary ones end that: so that a policy can see it coming. The table is the one
/// of docs/calibration.md.</summary>
public sealed class SurpriseTests
{
    private const int Repetitions = 200;
    private const double Scatter = 0.1;
    private const double Surprise = 5;
    private const double Forgotten = 1.1;
    private const int Longest = 400;

    private static readonly (double AllowedMisses, int Before)[] Cases = [(0.1, 9), (0.1, 12), (0.1, 30), (0.1, 100), (0.05, 30), (0.05, 100), (0.01, 99), (0.01, 300), (0.01, 1000)];

    [Fact]
    public void The_table_of_the_documentation_is_what_comes_out()
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs", "calibration.md"));
        var missing = Cases.Select(Row).Where(row => !documented.Contains(row, StringComparison.Ordinal)).ToList();

        Assert.True(missing.Count == 0, $"docs/calibration.md lacks\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void With_more_scores_before_it_one_surprise_costs_less_and_with_enough_nothing()
    {
        var few = Try(0.1, 9);
        var many = Try(0.1, 100);

        Assert.True(few.Factor > 2, $"{few}");
        Assert.True(many.Factor < 1.2, $"{many}");
        Assert.True(many.Until <= few.Until);
    }

    private static string Row((double AllowedMisses, int Before) of)
    {
        var (factor, until) = Try(of.AllowedMisses, of.Before);
        return string.Create(
            CultureInfo.InvariantCulture, $"| {(1 - of.AllowedMisses) * 100:0} % | {of.Before} | {factor:0.0} | {(until > Longest ? $"more than {Longest}" : until)} |");
    }

    /// <summary>The medians over the repetitions of the bound after the surprise over the bound before it, and of the ordinary scores until it is at most a tenth wider again.</summary>
    private static (double Factor, double Until) Try(double allowedMisses, int before)
    {
        var (factors, untils) = (new List<double>(), new List<double>());
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var random = new Random(repetition);
            var scores = new BlackoutScores([.. Enumerable.Range(0, before).Select(_ => Ordinary(random))]);
            var usual = scores.Build(allowedMisses).Bound;
            scores.Add(Surprise);
            factors.Add(scores.Build(allowedMisses).Bound / usual);
            var until = 0;
            while (until <= Longest && scores.Build(allowedMisses).Bound > Forgotten * usual)
            {
                scores.Add(Ordinary(random));
                until++;
            }

            untils.Add(until);
        }

        return (Samples.Of(factors).Median, Samples.Of(untils).Median);
    }

    private static double Ordinary(Random random) => Math.Exp(Scatter * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
