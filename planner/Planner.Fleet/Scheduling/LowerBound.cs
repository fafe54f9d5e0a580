namespace Planner.Fleet;

/// <summary>A time that no plan for the same machines can beat, with durations at their middle.</summary>
/// <remarks>The largest of: the longest move; what a port or a port's slots have to send, and for given targets to receive; what all targets together can receive; what the links of a rack have to
/// carry out of it, what finds room inside left out; what all racks with targets can take in.</remarks>
internal sealed class LowerBound
{
    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly Placement _before;
    private readonly int[] _targets;
    private readonly double[] _seconds;
    private readonly double[] _bytes;

    /// <param name="model">The fleet.</param>
    /// <param name="forecaster">The forecasts.</param>
    /// <param name="before">The fleet without the machines.</param>
    public LowerBound(FleetModel model, MoveForecaster forecaster, Placement before)
    {
        (_model, _forecaster, _before) = (model, forecaster, before);
        _targets = [.. before.Targets];
        (_seconds, _bytes) = (new double[model.Machines], new double[model.Machines]);
        BestRates = BestRate(model, _targets);
    }

    /// <summary>The fleet that it is about.</summary>
    public FleetModel Model => _model;

    /// <summary>The highest rate at which a machine of each host can reach any target, in bytes per second; 0 where there is none.</summary>
    public double[] BestRates { get; }

    /// <summary>The bound.</summary>
    /// <param name="machines">The machines that have to move.</param>
    /// <param name="given">Whether each goes to its given target.</param>
    public double Of(IReadOnlyList<int> machines, bool given)
    {
        var bound = 0.0;
        foreach (var machine in machines)
        {
            var forecast = _forecaster.Of(machine, given ? _model.Rate(_model.HostOf[machine], _model.To[machine]) : BestRates[_model.HostOf[machine]]);
            _seconds[machine] = forecast.P50Seconds;
            _bytes[machine] = forecast.P50Seconds * forecast.BytesPerSecond;
            bound = Math.Max(bound, forecast.P50Seconds);
        }

        foreach (var here in machines.GroupBy(m => _model.HostOf[m]))
        {
            bound = Math.Max(bound, Math.Max(here.Sum(m => _bytes[m]) / _model.PortCapacity[here.Key], here.Sum(m => _seconds[m]) / Math.Max(1, _model.OutSlots[here.Key])));
        }

        if (given)
        {
            foreach (var there in machines.GroupBy(m => _model.To[m]))
            {
                bound = Math.Max(bound, Math.Max(there.Sum(m => _bytes[m]) / _model.PortCapacity[there.Key], there.Sum(m => _seconds[m]) / Math.Max(1, _model.InSlots[there.Key])));
            }

            return Math.Max(bound, Links(machines, given));
        }

        if (_targets.Length > 0)
        {
            var slots = _targets.Sum(h => (double)_model.InSlots[h]);
            bound = Math.Max(bound, Math.Max(machines.Sum(m => _bytes[m]) / _targets.Sum(h => _model.PortCapacity[h]), machines.Sum(m => _seconds[m]) / slots));
        }

        return Math.Max(bound, Links(machines, given));
    }

    private double Links(IReadOnlyList<int> machines, bool given)
    {
        var (bound, crossing) = (0.0, 0.0);
        var behind = new List<int>?[_model.Links];
        foreach (var machine in machines)
        {
            foreach (var link in _model.LinksOf(_model.HostOf[machine]))
            {
                (behind[link] ??= []).Add(machine);
            }
        }

        for (var link = 0; link < _model.Links; link++)
        {
            if (behind[link] is not { } inside)
            {
                continue;
            }

            var leaving = given
                ? inside.Where(m => _model.Passes(link, _model.To[m])).Sum(m => _bytes[m])
                : _model.IsUplink(link) ? Crossing(inside, link) : inside.Sum(m => _bytes[m]);
            bound = Math.Max(bound, leaving / _model.LinkCapacity[link]);
            crossing += _model.IsUplink(link) ? leaving : 0;
        }

        var uplinks = Enumerable.Range(0, _model.Links).Where(_model.IsUplink).Where(l => _targets.Any(h => Has(h, l))).ToList();
        var allHaveOne = !given && uplinks.Count > 0 && _targets.All(h => _model.LinksOf(h).ToArray().Any(_model.IsUplink));
        return allHaveOne ? Math.Max(bound, crossing / uplinks.Sum(l => _model.LinkCapacity[l])) : bound;
    }

    // At the most so much stays in the rack as its hosts have memory for, and that is then what takes longest to send.
    private double Crossing(List<int> inside, int link)
    {
        var room = _targets.Where(h => Has(h, link)).Sum(h => Math.Max(0, _before.Free(h, 0)));
        var crossing = 0.0;
        foreach (var machine in inside.OrderByDescending(m => _bytes[m] / _model.Need[m * _model.Dimensions]))
        {
            var memory = _model.Need[machine * _model.Dimensions];
            var stays = Math.Min(room, memory);
            room -= stays;
            crossing += _bytes[machine] * (1 - stays / memory);
        }

        return crossing;
    }

    private bool Has(int host, int link) => _model.LinksOf(host).Contains(link);

    private static double[] BestRate(FleetModel model, int[] targets)
    {
        // Hosts with the same port and the same uplinks see the same rates: few kinds instead of all pairs. Two of each, as a host is no target of its own.
        string Uplinks(int host) => string.Join(',', model.LinksOf(host).ToArray().Where(model.IsUplink));
        int[] kinds = [.. targets.GroupBy(h => (model.PortCapacity[h], Uplinks(h))).SelectMany(g => g.Take(2))];
        return [.. Enumerable.Range(0, model.Hosts).Select(from => kinds.Where(to => to != from).Select(to => model.Rate(from, to)).DefaultIfEmpty(0).Max())];
    }
}
