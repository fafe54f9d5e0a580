using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>Finds hosts for machines. Where there is room, it evens out the load of the ports; where there is little, it packs.</summary>
/// <remarks>
/// A machine is tried on a few hosts drawn by chance, and the least loaded of them that fits is taken ("power of d choices"), so that the work grows as the number of machines.
/// What finds no place that way is packed by <see cref="TightPacking"/>, and what that leaves over by <see cref="OverflowSearch"/>.
/// </remarks>
internal sealed class Packer
{
    private const int Tries = 24;
    private const int TriesInside = 8;

    // Above this share of what is free, evening out leaves gaps that nothing fits.
    private const double TightFill = 0.75;

    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly double[] _inLoad;
    private readonly double[] _downLoad;
    private readonly double[] _upLoad;
    private readonly Dictionary<int, int[]> _inside = [];
    private SeededStream _draws;

    public Packer(FleetModel model, MoveForecaster forecaster, ulong seed)
    {
        (_model, _forecaster) = (model, forecaster);
        (_inLoad, _downLoad, _upLoad) = (new double[model.Hosts], new double[model.Links], new double[model.Links]);
        _draws = new SeededStream(seed, 0, 0, 1);
    }

    /// <summary>Places the machines as far as it can.</summary>
    /// <param name="placement">The fleet without them; changed.</param>
    /// <param name="machines">The machines.</param>
    /// <param name="movable">Machines that may move too, to make room; empty for none.</param>
    /// <returns>The placement, and those that found no place.</returns>
    public (Placement Placement, List<int> Left) Place(Placement placement, IReadOnlyList<int> machines, IReadOnlyList<int> movable)
    {
        int[] targets = [.. placement.Targets.Where(h => _model.InSlots[h] > 0)];
        if (targets.Length == 0)
        {
            return (placement, [.. machines]);
        }

        var sizes = new MachineSizes(_model, placement, targets, machines);
        int[] bySize = [.. machines.OrderByDescending(m => sizes[m]).ThenBy(m => m)];
        var empty = placement.Copy();
        var even = placement;
        var left = new List<int>(bySize);
        if (sizes.Fill(machines) < TightFill)
        {
            left = PlaceEvenly(even, bySize, targets);
            if (left.Count == 0)
            {
                return (even, left);
            }
        }

        var tight = new TightPacking(_model, sizes, targets, _draws);
        var best = (Placement: even, Left: left);
        foreach (var start in left.Count < bySize.Length ? (Placement[])[even.Copy(), empty] : [empty])
        {
            var packed = tight.Pack(start, [.. bySize.Where(m => start[m] < 0)], [.. bySize.Where(m => start[m] >= 0)], movable);
            best = packed.Left.Count < best.Left.Count ? packed : best;
            if (best.Left.Count == 0)
            {
                break;
            }
        }

        // Where there is less than is needed, no order of things finds more.
        return best.Left.Count == 0 || sizes.Fill(machines) > 1 ? best : PackOverflow(best, bySize, targets);
    }

    private (Placement Placement, List<int> Left) PackOverflow((Placement Placement, List<int> Left) best, int[] bySize, int[] targets)
    {
        var placement = best.Placement.Copy();
        var left = new OverflowSearch(_model, placement, targets, _draws).Pack(bySize);
        return left.Count < best.Left.Count ? (placement, left) : best;
    }

    private List<int> PlaceEvenly(Placement placement, int[] bySize, int[] targets)
    {
        var left = new List<int>();
        foreach (var machine in bySize)
        {
            var best = BestOf(placement, machine, targets, targets.Length <= Tries ? targets.Length : Tries);
            best = best < 0 && targets.Length > Tries ? BestOf(placement, machine, targets, targets.Length) : best;
            if (best < 0)
            {
                left.Add(machine);
                continue;
            }

            placement.Put(machine, best);
            Load(machine, best);
        }

        return left;
    }

    private int BestOf(Placement placement, int machine, int[] targets, int tries)
    {
        var best = (Host: -1, Score: double.PositiveInfinity);
        var from = _model.HostOf[machine];
        for (var i = 0; i < tries; i++)
        {
            Try(placement, machine, targets[tries == targets.Length ? i : Draw(targets.Length)], ref best);
        }

        // In a rack with a narrow uplink, what stays below it does not have to pass it.
        foreach (var link in _model.LinksOf(from))
        {
            var inside = _model.IsUplink(link) ? Inside(link, targets) : [];
            for (var i = 0; i < Math.Min(inside.Length, TriesInside); i++)
            {
                Try(placement, machine, inside[inside.Length <= TriesInside ? i : Draw(inside.Length)], ref best);
            }
        }

        return best.Host;
    }

    private void Try(Placement placement, int machine, int host, ref (int Host, double Score) best)
    {
        var from = _model.HostOf[machine];
        if (host == from || !placement.HasRoom(machine, host) || !placement.MayGo(machine, host))
        {
            return;
        }

        // What the busiest port or link on the way would then have to carry, and the time of the move itself: a slow port holds up the source, too.
        var forecast = _forecaster.Of(machine, _model.Rate(from, host));
        var score = _inLoad[host] + Share(forecast, host) * forecast.P50Seconds;
        foreach (var link in _model.LinksOf(host))
        {
            score = _model.Passes(link, from) ? Math.Max(score, _downLoad[link] + Work(forecast, link)) : score;
        }

        foreach (var link in _model.LinksOf(from))
        {
            score = _model.IsUplink(link) && _model.Passes(link, host) ? Math.Max(score, _upLoad[link] + Work(forecast, link)) : score;
        }

        score += forecast.P50Seconds;
        best = score < best.Score ? (host, score) : best;
    }

    private void Load(int machine, int host)
    {
        var from = _model.HostOf[machine];
        var forecast = _forecaster.Of(machine, _model.Rate(from, host));
        _inLoad[host] += Share(forecast, host) * forecast.P50Seconds;
        foreach (var link in _model.LinksOf(host))
        {
            _downLoad[link] += _model.Passes(link, from) ? Work(forecast, link) : 0;
        }

        foreach (var link in _model.LinksOf(from))
        {
            _upLoad[link] += _model.Passes(link, host) ? Work(forecast, link) : 0;
        }
    }

    private double Share(MoveForecast forecast, int host) => Math.Max(forecast.BytesPerSecond / _model.PortCapacity[host], 1.0 / _model.InSlots[host]);

    private double Work(MoveForecast forecast, int link) => forecast.P50Seconds * forecast.BytesPerSecond / _model.LinkCapacity[link];

    private int[] Inside(int link, int[] targets) =>
        _inside.TryGetValue(link, out var inside) ? inside : _inside[link] = [.. targets.Where(h => _model.LinksOf(h).Contains(link))];

    private int Draw(int count) => (int)(_draws.NextOpenUnit() * count);
}
