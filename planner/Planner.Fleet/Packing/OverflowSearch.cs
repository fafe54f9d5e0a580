using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>Packs what best fit and ejection leave over, above all where several quantities are scarce at once: every machine gets a host, if it fits or not, and what is too much is then reduced by
/// moving machines and by exchanging two of them.</summary>
/// <remarks>Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983) over the sum of what hosts have too much of. An exchange of a machine with much memory for one with many vCPUs evens out both hosts, which no
/// sequence of single placements does.</remarks>
internal sealed class OverflowSearch
{
    private const double FirstTemperature = 0.03;
    private const double LastTemperature = 0.0003;
    private const long MostLooks = 60_000_000;
    private const int LooksAStep = 300;
    private const int LeastHosts = 4;
    private const int TriesAHost = 3;

    private readonly FleetModel _model;
    private readonly Placement _placement;
    private readonly int[] _targets;
    private readonly double[] _weights;
    private readonly Dictionary<int, List<int>> _on = [];
    private readonly List<int> _over = [];
    private SeededStream _draws;

    /// <param name="model">The fleet.</param>
    /// <param name="placement">A placement of some of the machines; changed.</param>
    /// <param name="targets">The hosts.</param>
    /// <param name="draws">Chance.</param>
    public OverflowSearch(FleetModel model, Placement placement, int[] targets, SeededStream draws)
    {
        (_model, _placement, _targets, _draws) = (model, placement, targets, draws);
        _weights = [.. Enumerable.Range(0, model.Dimensions).Select(d => targets.Average(h => Math.Min(model.Capacity[h * model.Dimensions + d], double.MaxValue)) is > 0 and < 1e300 and var mean ? 1 / mean : 0)];
    }

    /// <summary>Packs the machines.</summary>
    /// <param name="machines">All that are to be placed, with a host by now or without.</param>
    /// <returns>Those that have no place in the end.</returns>
    public List<int> Pack(IReadOnlyList<int> machines)
    {
        foreach (var host in _targets)
        {
            _on[host] = [];
        }

        foreach (var machine in machines.Where(m => _placement[m] >= 0))
        {
            _on[_placement[machine]].Add(machine);
        }

        var nowhere = machines.Where(m => _placement[m] < 0 && !PutAnywhere(m)).ToList();
        _over.AddRange(_targets.Where(h => Overflow(h) > 0));
        Search(Math.Max(1, machines.Count / _targets.Length));
        return [.. nowhere, .. TakeOff()];
    }

    private bool PutAnywhere(int machine)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        foreach (var host in _targets)
        {
            if (Overflow(host, machine, -1) - Overflow(host) is var more && more < least && _placement.MayGo(machine, host))
            {
                (best, least) = (host, more);
            }
        }

        if (best >= 0)
        {
            _placement.Put(machine, best);
            _on[best].Add(machine);
        }

        return best >= 0;
    }

    private void Search(int machinesOfAHost)
    {
        var hosts = Math.Min(_targets.Length, Math.Max(LeastHosts, LooksAStep / machinesOfAHost));
        var cooling = Math.Log(LastTemperature / FirstTemperature);
        for (var looks = 0L; looks < MostLooks && _over.Count > 0; looks += (long)hosts * machinesOfAHost)
        {
            var at = Draw(_over.Count);
            var from = _over[at];
            if (Overflow(from) <= 0 || _on[from].Count == 0)
            {
                _over[at] = _over[^1];
                _over.RemoveAt(_over.Count - 1);
                continue;
            }

            var machine = _on[from][Draw(_on[from].Count)];
            var (to, other, change) = Best(machine, from, hosts);
            var temperature = FirstTemperature * Math.Exp(cooling * looks / MostLooks);
            if (to >= 0 && (change < 0 || change < -temperature * Math.Log(_draws.NextOpenUnit())))
            {
                Change(machine, from, to, other);
            }
        }
    }

    private (int To, int Other, double Change) Best(int machine, int from, int hosts)
    {
        var best = (To: -1, Other: -1, Change: double.PositiveInfinity);
        var here = Overflow(from);
        for (var i = 0; i < hosts; i++)
        {
            var to = _targets[Draw(_targets.Length)];
            if (to == from)
            {
                continue;
            }

            var there = Overflow(to);
            var move = Overflow(from, -1, machine) + Overflow(to, machine, -1) - here - there;
            if (move < best.Change && _placement.MayGo(machine, to))
            {
                best = (to, -1, move);
            }

            foreach (var other in _on[to])
            {
                var exchange = Overflow(from, other, machine) + Overflow(to, machine, other) - here - there;
                if (exchange < best.Change && MayTakePlaceOf(machine, to, other) && MayTakePlaceOf(other, from, machine))
                {
                    best = (to, other, exchange);
                }
            }
        }

        return best;
    }

    private bool MayTakePlaceOf(int machine, int host, int leaving) =>
        _model.Group[machine] >= 0 && _model.Group[machine] == _model.Group[leaving] || _placement.MayGo(machine, host);

    private void Change(int machine, int from, int to, int other)
    {
        _placement.Take(machine);
        _on[from].Remove(machine);
        if (other >= 0)
        {
            _placement.Take(other);
            _on[to].Remove(other);
            _placement.Put(other, from);
            _on[from].Add(other);
        }

        _placement.Put(machine, to);
        _on[to].Add(machine);
        foreach (var host in (int[])[from, to])
        {
            if (Overflow(host) > 0 && !_over.Contains(host))
            {
                _over.Add(host);
            }
        }
    }

    // What is still too much comes off again, the machine first that helps most, and is put where there is room.
    private List<int> TakeOff()
    {
        var left = new List<int>();
        foreach (var host in _targets)
        {
            while (Overflow(host) > 0 && _on[host].Count > 0)
            {
                var leaving = _on[host].MinBy(m => (Overflow(host, -1, m), Size(m)));
                _placement.Take(leaving);
                _on[host].Remove(leaving);
                left.Add(leaving);
            }
        }

        return [.. left.OrderByDescending(Size).Where(m => !PutWithRoom(m))];
    }

    private bool PutWithRoom(int machine)
    {
        foreach (var host in _targets)
        {
            if (_placement.HasRoom(machine, host) && _placement.MayGo(machine, host))
            {
                _placement.Put(machine, host);
                return true;
            }
        }

        return false;
    }

    private double Size(int machine)
    {
        var size = 0.0;
        for (var d = 0; d < _weights.Length; d++)
        {
            size += _model.Need[machine * _model.Dimensions + d] * _weights[d];
        }

        return size;
    }

    private double Overflow(int host) => Overflow(host, -1, -1);

    private double Overflow(int host, int coming, int leaving)
    {
        var sum = 0.0;
        for (var d = 0; d < _weights.Length; d++)
        {
            var free = _placement.Free(host, d);
            free -= coming >= 0 ? _model.Need[coming * _model.Dimensions + d] : 0;
            free += leaving >= 0 ? _model.Need[leaving * _model.Dimensions + d] : 0;
            sum += free < 0 ? -free * _weights[d] : 0;
        }

        return sum;
    }

    private int Draw(int count) => (int)(_draws.NextOpenUnit() * count);
}
