using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Plans moves off hosts, or to given targets: finds targets, a schedule, how sure it is, and who cannot move.</summary>
internal sealed class DrainPlanning
{
    private FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly IReadOnlyList<SlaPolicy> _classes;
    private BlockedReasons _reasons;
    private readonly PlanOptions _options;
    private readonly FleetTask _task;
    private readonly bool _isGiven;
    private readonly bool[] _isDrained;
    private readonly List<int> _spare = [];
    private readonly List<int> _machines;
    private readonly List<(int Machine, BlockedMachine Why)> _blocked = [];

    public DrainPlanning(FleetModel model, MoveForecaster forecaster, IReadOnlyList<SlaPolicy> classes, PlanOptions options)
    {
        (_model, _forecaster, _classes, _options, _task) = (model, forecaster, classes, options, model.Spec.Task);
        _reasons = new BlockedReasons(model, forecaster, classes);
        _isGiven = _task.Kind == FleetTaskKind.MoveGiven;
        _isDrained = new bool[model.Hosts];
        foreach (var host in _task.Drain)
        {
            _isDrained[model.HostIndex[host]] = true;
        }

        if (!_isGiven)
        {
            // Those with the least on them are kept spare: an empty host is one already.
            var free = model.FreeNow();
            _spare = [.. Enumerable.Range(0, model.Hosts).Where(h => !_isDrained[h]).OrderBy(h => model.Spec.Hosts[h].MemoryBytes - free[h * model.Dimensions]).ThenBy(h => h).Take(_task.KeepSpareHosts)];
        }

        _machines = [.. Enumerable.Range(0, model.Machines).Where(m => _isGiven ? model.To[m] >= 0 : _isDrained[model.HostOf[m]])];
    }

    /// <summary>Makes the plan.</summary>
    public FleetPlan Plan(string inputsHash)
    {
        var isTarget = new bool[_model.Hosts];
        for (var h = 0; h < _model.Hosts; h++)
        {
            isTarget[h] = _isGiven || (!_isDrained[h] && !_spare.Contains(h));
        }

        var placement = new Placement(_model, _forecaster, isTarget, _machines);
        var bound = new LowerBound(_model, _forecaster, placement.Copy());
        _model = Lanes.Divide(_model, _machines, m => bound.BestRates[_model.HostOf[m]] is > 0 and var rate && _forecaster.Of(m, rate) is var f ? f.P50Seconds * rate : 0);
        if (!ReferenceEquals(_model, bound.Model))
        {
            placement = new Placement(_model, _forecaster, isTarget, _machines);
            _reasons = new BlockedReasons(_model, _forecaster, _classes);
        }

        var able = RefuseBySla(placement, bound.BestRates);
        var (placed, moves) = _isGiven ? (placement, GivenMoves(able)) : PlacedMoves(placement, able);
        var required = able.Where(m => _blocked.TrueForAll(b => b.Machine != m)).ToList();
        var least = bound.Of(required, _isGiven);
        var scheduler = new ListScheduler(_model, moves, placed.Targets);
        var choose = _isGiven || moves.Count > required.Count ? null : placed;
        Schedule(scheduler, moves, choose, least);
        if (scheduler.Started.Count < moves.Count)
        {
            RefuseUnstarted(placed, moves, scheduler);
            least = bound.Of([.. required.Where(m => _blocked.TrueForAll(b => b.Machine != m))], _isGiven);
        }

        var hosts = _isGiven ? scheduler.Started.Select(moves.From).Distinct().Order() : _task.Drain.Select(h => _model.HostIndex[h]);
        return new MovePlan(_model, _forecaster, moves, scheduler, [.. hosts], _options).Result(inputsHash, [.. _blocked.OrderBy(b => b.Machine).Select(b => b.Why)], least);
    }

    // Two lists to begin with: the critical port first, and the source with the most left first. The better one is bettered further.
    private void Schedule(ListScheduler scheduler, MoveSet moves, Placement? choose, double least)
    {
        var critical = CriticalOrder.Of(_model, moves);
        scheduler.Run(critical, choose, byLoad: true);
        int[] byLoad = scheduler.Started.Count == moves.Count ? [.. scheduler.Started] : critical;
        if (moves.Count > LocalSearch.MostMoves)
        {
            return;
        }

        var time = scheduler.Run(byLoad, null);
        if (choose is null && scheduler.Run(critical, null) <= time)
        {
            byLoad = critical;
        }

        time = scheduler.Run(byLoad, null);
        LocalSearch.Better(scheduler, moves, byLoad, choose, time, least, _options.Seed);
    }

    private List<int> RefuseBySla(Placement placement, double[] bestRates)
    {
        var able = new List<int>();
        foreach (var machine in _machines)
        {
            var home = _model.HostOf[machine];
            var rate = _model.To[machine] is >= 0 and var to ? _model.Rate(home, to) : bestRates[home];
            if (_model.OutSlots[home] == 0)
            {
                Refuse(placement, machine, _reasons.ByHost(machine));
            }
            else if (rate > 0 && !_forecaster.Of(machine, rate).Fits)
            {
                Refuse(placement, machine, _reasons.BySla(machine, rate));
            }
            else
            {
                able.Add(machine);
            }
        }

        return able;
    }

    private void Refuse(Placement placement, int machine, BlockedMachine why)
    {
        placement.Put(machine, _model.HostOf[machine]);
        _blocked.Add((machine, why));
    }

    private MoveSet GivenMoves(List<int> able)
    {
        var moves = new MoveSet(_model, _forecaster);
        foreach (var machine in able)
        {
            moves.Add(machine, _model.HostOf[machine], _model.To[machine]);
        }

        return moves;
    }

    private (Placement Placed, MoveSet Moves) PlacedMoves(Placement placement, List<int> able)
    {
        var free = new List<int>();
        foreach (var machine in able)
        {
            var to = _model.To[machine];
            if (to < 0)
            {
                free.Add(machine);
            }
            else if (placement.HasRoom(machine, to) && !placement.HasGroup(machine, to) && _model.InSlots[to] > 0)
            {
                placement.Put(machine, to);
            }
            else
            {
                Refuse(placement, machine, _reasons.ByGivenTarget(machine, to, placement, waitsInCircle: false));
            }
        }

        IReadOnlyList<int> movable = _task.MakeRoom ? [.. Enumerable.Range(0, _model.Machines).Where(m => placement.IsTarget(_model.HostOf[m]) && _model.OutSlots[_model.HostOf[m]] > 0)] : [];
        var (placed, left) = new Packer(_model, _forecaster, _options.Seed).Place(placement, free, movable);
        _blocked.AddRange(left.Select(m => (m, _reasons.ByPlace(m, placed, _spare))));
        var moves = new MoveSet(_model, _forecaster);
        foreach (var machine in able.Concat(movable).Where(m => placed[m] >= 0 && placed[m] != _model.HostOf[m]))
        {
            moves.Add(machine, _model.HostOf[machine], placed[machine]);
        }

        return (placed, moves);
    }

    // What never starts waits for room that nobody gives, or that only those give who wait, too.
    private void RefuseUnstarted(Placement placed, MoveSet moves, ListScheduler scheduler)
    {
        int[] stuck = [.. Enumerable.Range(0, moves.Count).Where(m => double.IsNaN(scheduler.Start[m]))];
        var isTarget = new bool[_model.Hosts];
        Array.Fill(isTarget, true);
        var then = new Placement(_model, _forecaster, isTarget, []);
        foreach (var move in scheduler.Started)
        {
            then.Take(moves.Machine(move));
            then.Put(moves.Machine(move), moves.To(move));
        }

        foreach (var move in stuck)
        {
            var (machine, to) = (moves.Machine(move), moves.To(move));
            var inCircle = stuck.Any(m => moves.From(m) == to) && _model.InSlots[to] > 0;
            _blocked.Add((machine, _reasons.ByGivenTarget(machine, to, then, inCircle)));
        }
    }
}
