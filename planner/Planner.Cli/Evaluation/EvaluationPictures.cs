using System.Globalization;
using Planner.Estimators;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>Draws what was evaluated into a folder.</summary>
internal sealed class EvaluationPictures
{
    private const int RollingWindow = 500;
    private const double SmallestShare = 1e-4;
    private const int MaximumPoints = 400;

    private readonly string _folder;

    /// <summary>Makes the folder.</summary>
    /// <exception cref="CliException">It cannot be made.</exception>
    public EvaluationPictures(string folder)
    {
        _folder = folder;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"the folder {folder} for the pictures cannot be made: {e.Message}");
        }
    }

    /// <summary>Predicted against actual blackouts, <c>predicted-actual.svg</c>.</summary>
    public void Draw(StopMomentReport stops)
    {
        if (stops.Moments.Count == 0)
        {
            return;
        }

        var most = 1.1e3 * stops.Moments.Max(m => Math.Max(m.ActualSeconds, m.PredictedSeconds));
        var chart = new SvgChart("Blackout at QEMU's stop, predicted from other configurations", new SvgAxis("actual, ms", 0, most), new SvgAxis("predicted, ms", 0, most));
        chart.AddLine("as predicted", [new SvgPoint(0, 0), new SvgPoint(most, most)], isGuide: true);
        foreach (var group in stops.Moments.GroupBy(m => m.Configuration))
        {
            chart.AddMarks(group.Key, group.Select(m => new SvgPoint(m.ActualSeconds * 1e3, m.PredictedSeconds * 1e3)));
        }

        Write("predicted-actual.svg", chart);
    }

    /// <summary>The rules against each other, <c>rules-NAME.svg</c>.</summary>
    public void Draw(IReadOnlyList<RuleReport> rows, string name)
    {
        List<RuleReport> drawn = [.. rows.Where(r => r.Commits > 0 && r.CompletionRatioP50 is not null)];
        if (drawn.Count == 0)
        {
            return;
        }

        var (from, to) = (drawn.Min(r => r.CompletionRatioP50!.Value), drawn.Max(r => r.CompletionRatioP50!.Value));
        var margin = Math.Max(0.01, 0.05 * (to - from));
        var chart = new SvgChart(
            $"Rules on {name}: a mark for every limit and confidence, with its 95 % interval",
            new SvgAxis("median completion over the oracle's", from - margin, to + margin),
            new SvgAxis("share of commits over the limit", SmallestShare, 1, IsLogarithmic: true));
        foreach (var group in drawn.GroupBy(r => r.Rule))
        {
            chart.AddMarks(group.Key, group.Select(r => new SvgPoint(
                r.CompletionRatioP50!.Value, Math.Max(SmallestShare, (double)r.Violations / r.Commits), Math.Max(SmallestShare, r.ViolationsLow), r.ViolationsHigh)));
        }

        Write($"rules-{name}.svg", chart);
    }

    /// <summary>The share of misses over time, of the planner's bound and of plain adaptive conformal inference, <c>coverage.svg</c>.</summary>
    public void Draw(IReadOnlyList<LatencySeries> series, double level)
    {
        var ours = Rolling(series, level, () => new AdaptiveConformal(new AdaptiveConformalOptions(1 - level)));
        var plain = Rolling(series, level, () => new PlainAdaptiveConformal(1 - level));
        if (ours.Count == 0)
        {
            return;
        }

        var most = Math.Max(2 * (1 - level), 1.1 * Math.Max(ours.Max(p => p.Y), plain.Max(p => p.Y)));
        var chart = new SvgChart(
            string.Create(CultureInfo.InvariantCulture, $"Misses of a bound at {level * 100:0.##} %, in windows of {RollingWindow} over {series.Count} series"),
            new SvgAxis("sample", LatencySeriesEvaluation.WarmUp, ours[^1].X),
            new SvgAxis("share of misses", 0, most));
        chart.AddLine("adaptive conformal", ours);
        chart.AddLine("plain, clipped", plain);
        chart.AddLine("allowed", [new SvgPoint(LatencySeriesEvaluation.WarmUp, 1 - level), new SvgPoint(ours[^1].X, 1 - level)], isGuide: true);
        Write("coverage.svg", chart);
    }

    /// <summary>Mean over the series of the share of misses among the latest samples.</summary>
    private static List<SvgPoint> Rolling(IReadOnlyList<LatencySeries> series, double level, Func<IScoreBound> create)
    {
        var misses = new List<(int Misses, int Of)>();
        foreach (var one in series)
        {
            var bound = create();
            for (var i = 0; i < one.Seconds.Count; i++)
            {
                var step = i - LatencySeriesEvaluation.WarmUp;
                if (step >= 0)
                {
                    if (step == misses.Count)
                    {
                        misses.Add((0, 0));
                    }

                    misses[step] = (misses[step].Misses + (one.Seconds[i] > bound.ScoreBound(1 - level) ? 1 : 0), misses[step].Of + 1);
                }

                bound.Update(one.Seconds[i]);
            }
        }

        var points = new List<SvgPoint>();
        for (var end = RollingWindow; end <= misses.Count; end += Math.Max(1, misses.Count / MaximumPoints))
        {
            var window = misses[(end - RollingWindow)..end];
            points.Add(new SvgPoint(LatencySeriesEvaluation.WarmUp + end, (double)window.Sum(w => w.Misses) / window.Sum(w => w.Of)));
        }

        return points;
    }

    private void Write(string name, SvgChart chart)
    {
        var path = Path.Combine(_folder, name);
        try
        {
            File.WriteAllText(path, chart.Render());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.OtherFailure, $"the picture {path} cannot be written: {e.Message}");
        }
    }
}
