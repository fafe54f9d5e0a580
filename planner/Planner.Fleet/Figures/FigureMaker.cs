using MathNet.Numerics.Distributions;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Computes what a report on a plan shows beside the plan.</summary>
internal sealed class FigureMaker(FleetModel model, MoveForecaster forecaster)
{
    private const int Bins = 120;
    private const int MostLinks = 6;
    private const int MostCurves = 4;
    private const int CurvePoints = 40;
    private const int Folds = 10;
    private const int MostPastMoves = 2_000;

    private static readonly double[] Shares = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95];

    private readonly double[] _rates = new LowerBound(model, forecaster, new Placement(model, forecaster, [.. Enumerable.Repeat(true, model.Hosts)], [])).BestRates;

    public FleetFigures Make(FleetPlan plan)
    {
        var critical = Critical();
        return new FleetFigures(
            Classes(),
            LinkUse(plan),
            [.. critical.Select(m => Curve(m, Log(_rates[model.HostOf[m]] / 8, _rates[model.HostOf[m]] * 32), x => BoundAt(m, x)))],
            [.. critical.Where(m => forecaster.Shape(m).Dirty is not null).Select(m => Curve(m, Log(_rates[model.HostOf[m]] / 64, _rates[model.HostOf[m]] * 2), x => BoundWithLimit(m, x)))],
            Calibration(),
            MostAtATime(plan),
            Fullest(plan));
    }

    private static double[] Log(double from, double to) => [.. Enumerable.Range(0, CurvePoints).Select(i => from * Math.Pow(to / from, i / (CurvePoints - 1.0)))];

    private static WhatIfCurve Curve(MachineShape shape, string name, double[] at, Func<double, double> bound) =>
        new(name, shape.Sla!.BlackoutLimit.TotalSeconds, [.. at.Select(x => (x, bound(x)))]);

    private WhatIfCurve Curve(int machine, double[] at, Func<double, double> bound) => Curve(forecaster.Shape(machine), model.MachineName(machine), at, bound);

    private List<ClassFeasibility> Classes()
    {
        var all = Enumerable.Range(0, model.Machines).Where(m => _rates[model.HostOf[m]] > 0);
        return
        [
            .. all.GroupBy(m => model.Spec.Machines[m].Sla ?? "none").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
            {
                var forecasts = g.Select(m => forecaster.Of(m, _rates[model.HostOf[m]])).ToList();
                var limited = forecasts.Count(f => f.Fits && double.IsFinite(f.Blackout.DirtyRateLimit));
                var able = forecasts.Count(f => f.Fits);
                return new ClassFeasibility(g.Key, forecasts.Count, able - limited, limited, forecasts.Count - able);
            }),
        ];
    }

    // Of machines that are alike one stands for all.
    private List<int> Critical() =>
    [
        .. Enumerable.Range(0, model.Machines).Where(m => forecaster.Shape(m).Sla is not null && _rates[model.HostOf[m]] > 0)
            .DistinctBy(forecaster.Shape)
            .OrderByDescending(m => BoundAt(m, _rates[model.HostOf[m]]) / forecaster.Shape(m).Sla!.BlackoutLimit.TotalSeconds).Take(MostCurves),
    ];

    private double BoundAt(int machine, double rate)
    {
        var shape = forecaster.Shape(machine);
        var floor = Math.Min(shape.MemoryBytes, shape.Dirty?.ReachableFloorBytes(rate) ?? 0);
        return BlackoutForecast.OtherSeconds + shape.Devices.BoundSeconds + (shape.Devices.StateBytes + floor) / rate;
    }

    // Writing less than is sent, a machine gets to any floor; writing more, to the one that it has without a limit.
    private double BoundWithLimit(int machine, double limit)
    {
        var (shape, rate) = (forecaster.Shape(machine), _rates[model.HostOf[machine]]);
        return limit < rate ? BlackoutForecast.OtherSeconds + shape.Devices.BoundSeconds + shape.Devices.StateBytes / rate : BoundAt(machine, rate);
    }

    private List<FigureCurve> LinkUse(FleetPlan plan)
    {
        var end = plan.Moves.Select(m => m.StartSeconds + m.P50Seconds).DefaultIfEmpty(0).Max();
        var use = new double[model.Spec.Links.Count * 2][];
        foreach (var move in plan.Moves)
        {
            var (from, to) = (model.HostIndex[move.From], model.HostIndex[move.To]);
            foreach (var link in model.LinksOf(from))
            {
                Fill(use, link * 2, model.Passes(link, to), move, end);
            }

            foreach (var link in model.LinksOf(to))
            {
                Fill(use, link * 2 + 1, model.Passes(link, from), move, end);
            }
        }

        return
        [
            .. Enumerable.Range(0, use.Length).Where(i => use[i] is not null).OrderByDescending(i => use[i].Sum()).ThenBy(i => i).Take(MostLinks).Select(i => new FigureCurve(
                $"{model.Spec.Links[i / 2].Name}, {(i % 2 == 0 ? "out" : "in")}",
                [.. use[i].Select((bytes, bin) => ((bin + 0.5) * end / Bins, bytes / (model.LinkCapacity[i / 2] * end / Bins)))])),
        ];
    }

    private static void Fill(double[][] use, int at, bool passes, PlannedMove move, double end)
    {
        if (!passes || at >= use.Length)
        {
            return;
        }

        var bins = use[at] ??= new double[Bins];
        var width = end / Bins;
        var last = move.StartSeconds + move.P50Seconds;
        for (var bin = (int)(move.StartSeconds / width); bin < Bins && bin * width < last; bin++)
        {
            bins[bin] += move.BytesPerSecond * Math.Max(0, Math.Min(last, (bin + 1) * width) - Math.Max(move.StartSeconds, bin * width));
        }
    }

    private List<CalibrationPoint> Calibration()
    {
        var past = model.Spec.Evidence.Take(MostPastMoves).ToList();
        if (past.Count < 2 * Folds)
        {
            return [];
        }

        var within = new int[Shares.Length];
        for (var fold = 0; fold < Folds; fold++)
        {
            var others = new MoveEvidence([.. past.Where((_, i) => i % Folds != fold)]);
            foreach (var move in past.Where((_, i) => i % Folds == fold))
            {
                var (middle, spread) = others.Foretell(move.MemoryBytes, move.BytesPerSecond, (memory, rate) => memory / rate);
                for (var s = 0; s < Shares.Length; s++)
                {
                    within[s] += move.Seconds <= middle * spread.Factor(Normal.InvCDF(0, 1, Shares[s])) ? 1 : 0;
                }
            }
        }

        return [.. Shares.Select((share, s) => new CalibrationPoint(share, (double)within[s] / past.Count, past.Count))];
    }

    private static int MostAtATime(FleetPlan plan)
    {
        var (now, most) = (0, 0);
        foreach (var (_, change) in plan.Moves.SelectMany(m => new[] { (m.StartSeconds, 1), (m.StartSeconds + m.P50Seconds, -1) }).OrderBy(e => e.Item1).ThenBy(e => e.Item2))
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }

    private double Fullest(FleetPlan plan)
    {
        var free = model.FreeNow();
        var fullest = 0.0;
        foreach (var (_, order, move) in plan.Moves.SelectMany(m => new (double, int, PlannedMove)[] { (m.StartSeconds, 1, m), (m.StartSeconds + m.P50Seconds, 0, m) }).OrderBy(e => e.Item1).ThenBy(e => e.Item2))
        {
            var need = model.Need[model.MachineIndex[move.Machine] * model.Dimensions];
            var host = model.HostIndex[order == 1 ? move.To : move.From];
            free[host * model.Dimensions] += order == 1 ? -need : need;
            fullest = order == 1 ? Math.Max(fullest, 1 - free[host * model.Dimensions] / model.Capacity[host * model.Dimensions]) : fullest;
        }

        return fullest;
    }
}
