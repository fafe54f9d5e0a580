using System.Globalization;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Plans the upgrade of all hosts: several ways of rolling waves, of which those are offered that no other beats in both time and moves.</summary>
internal sealed class WavePlanning
{
    // Without a time that was given, the plan with the fewest moves that takes at the most so much longer than the quickest.
    private const double LongerIsWorthFewerMoves = 1.35;

    // What takes longer than a thirtieth of one host at a time is offered only where there is little else.
    private const double TimesQuicker = 30;
    private const int LeastChoices = 5;

    private static readonly double[] Shares = [0, 0.02, 0.03, 0.04, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.14, 0.16, 0.2, 0.24, 0.28, 0.32, 0.36, 0.4, 0.5];

    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly BlockedReasons _reasons;
    private readonly PlanOptions _options;
    private readonly FleetTask _task;
    private readonly List<(int Machine, BlockedMachine Why)> _blocked = [];
    private readonly int[] _order;
    private readonly bool[] _mayReceive;
    private readonly List<int> _spare;
    private readonly int[] _machinesOf;
    private readonly WaveBeginning _beginning;
    private readonly HashSet<int> _finished;

    /// <param name="model">The fleet as it is now.</param>
    /// <param name="forecaster">The forecasts.</param>
    /// <param name="classes">The SLA classes.</param>
    /// <param name="options">How the plan is made.</param>
    /// <param name="beginning">What is done and runs already.</param>
    /// <param name="staying">Machines that were tried and stay.</param>
    public WavePlanning(FleetModel model, MoveForecaster forecaster, IReadOnlyList<SlaPolicy> classes, PlanOptions options, WaveBeginning beginning, IReadOnlyList<BlockedMachine> staying)
    {
        (_model, _forecaster, _options, _task, _beginning) = (model, forecaster, options, model.Spec.Task, beginning);
        _finished = [.. beginning.Finished];
        _reasons = new BlockedReasons(model, forecaster, classes);
        var free = model.FreeNow();
        _machinesOf = new int[model.Hosts];
        foreach (var home in model.HostOf)
        {
            _machinesOf[home]++;
        }

        double Used(int host) => model.Spec.Hosts[host].MemoryBytes - free[host * model.Dimensions];
        int[] byUse = [.. Enumerable.Range(0, model.Hosts).OrderBy(Used).ThenBy(h => h)];
        _spare = [.. byUse.Take(_task.KeepSpareHosts)];
        _mayReceive = [.. Enumerable.Range(0, model.Hosts).Select(h => !_spare.Contains(h))];
        _blocked.AddRange(staying.Select(b => (model.MachineIndex[b.Machine], b)));
        var stuck = RefuseBySla();
        _order = [.. byUse.Where(h => !stuck.Contains(h) && !_finished.Contains(h))];
        foreach (var host in stuck)
        {
            _mayReceive[host] = false;
        }
    }

    /// <summary>Makes the plan.</summary>
    public FleetPlan Plan(string inputsHash)
    {
        var ways = Shares.Select(s => (int)Math.Round(s * _order.Length)).Distinct().Where(k => k == 0 || k < _order.Length).Select(Way).ToList();
        var fewestLeft = ways.Min(w => w.Run.Left.Count);
        var front = Front([.. ways.Where(w => w.Run.Left.Count == fewestLeft)]);
        var quick = front.Where(w => w.P50Seconds * TimesQuicker <= OneAtATime()).ToList();
        front = quick.Count >= LeastChoices ? quick : front;
        var chosen = Choose(front);
        _blocked.AddRange(chosen.Run.Left.Select(m => (m, _reasons.ByPlace(m, PlaceOf(chosen.Run), _spare))));
        return Result(inputsHash, front, chosen);
    }

    private HashSet<int> RefuseBySla()
    {
        var everywhere = new Placement(_model, _forecaster, _mayReceive, []);
        var rates = new LowerBound(_model, _forecaster, everywhere).BestRates;
        var known = _blocked.Select(b => b.Machine).Concat(_beginning.Running.Select(r => r.Machine)).ToHashSet();
        for (var machine = 0; machine < _model.Machines; machine++)
        {
            var home = _model.HostOf[machine];
            if (_finished.Contains(home) || known.Contains(machine))
            {
                continue;
            }

            if (_model.OutSlots[home] == 0)
            {
                _blocked.Add((machine, _reasons.ByHost(machine)));
            }
            else if (rates[home] > 0 && !_forecaster.Of(machine, rates[home]).Fits)
            {
                _blocked.Add((machine, _reasons.BySla(machine, rates[home])));
            }
        }

        return [.. _blocked.Select(b => _model.HostOf[b.Machine])];
    }

    // Those that were rebooted, and all that may take machines beside them.
    private Placement PlaceOf(WaveRun run)
    {
        var then = new Placement(_model, _forecaster, _mayReceive, []);
        for (var machine = 0; machine < _model.Machines; machine++)
        {
            then.Take(machine);
            then.Put(machine, run.Placement[machine]);
        }

        return then;
    }

    private WaveWay Way(int anywhere)
    {
        // Those with the fewest machines first, as these move twice; then those with the least memory in use.
        int[] first = [.. _order.OrderBy(h => _machinesOf[h]).Take(anywhere)];
        var run = new WaveRun(_model, _forecaster, [.. first, .. _order.Except(first)], _mayReceive, anywhere, _beginning);
        var graph = WaveGraph.Of(_model, run.Steps);
        var replay = new PlanReplay(
            graph,
            [.. run.Steps.Select((s, i) => i < _beginning.Steps ? s.Start + s.Seconds : s.Seconds)],
            [.. run.Steps.Select((s, i) => i < _beginning.Steps ? null : s.Forecast?.Spread)],
            [.. run.Steps.Select(s => s.From)],
            _model.Hosts,
            _options.Replications,
            _options.Seed,
            [.. run.Steps.Select((_, i) => i < _beginning.Steps ? 0 : _beginning.Now)]);
        return new WaveWay(anywhere, run, graph, replay, run.Moves.Sum() / (double)Math.Max(1, _model.Machines));
    }

    private static List<WaveWay> Front(List<WaveWay> ways)
    {
        var front = new List<WaveWay>();
        foreach (var way in ways.OrderBy(w => w.MovesPerMachine).ThenBy(w => w.P50Seconds))
        {
            if (front.Count == 0 || way.P50Seconds < front[^1].P50Seconds)
            {
                front.Add(way);
            }
        }

        return front;
    }

    private WaveWay Choose(List<WaveWay> front)
    {
        if (_task.FinishWithin is { } within)
        {
            return front.FirstOrDefault(w => PlanReplay.ShareWithin(w.Replay.Finish, within.TotalSeconds) >= _task.Confidence)
                ?? front.MaxBy(w => PlanReplay.ShareWithin(w.Replay.Finish, within.TotalSeconds))!;
        }

        return front.First(w => w.P50Seconds <= front[^1].P50Seconds * LongerIsWorthFewerMoves);
    }

    private double OneAtATime()
    {
        var rates = new LowerBound(_model, _forecaster, new Placement(_model, _forecaster, _mayReceive, [])).BestRates;
        return _order.Length * _task.Reboot.TotalSeconds + Enumerable.Range(0, _model.Machines).Where(m => rates[_model.HostOf[m]] > 0)
            .Sum(m => _forecaster.Of(m, rates[_model.HostOf[m]]).P50Seconds * rates[_model.HostOf[m]] / _model.PortCapacity[_model.HostOf[m]]);
    }

    // Memory that is away for the reboots, and memory that machines hold twice, fits what is free at a time; and no host is quicker than its port and its reboot.
    private double LowerBound()
    {
        var rates = new LowerBound(_model, _forecaster, new Placement(_model, _forecaster, _mayReceive, [])).BestRates;
        var onTheWay = _beginning.Running.Select(r => r.Machine).ToHashSet();
        var machines = Enumerable.Range(0, _model.Machines).Where(m => !onTheWay.Contains(m) && _blocked.TrueForAll(b => _model.HostOf[b.Machine] != _model.HostOf[m]) && !_finished.Contains(_model.HostOf[m]) && rates[_model.HostOf[m]] > 0).ToList();
        var seconds = machines.ToDictionary(m => m, m => _forecaster.Of(m, rates[_model.HostOf[m]]).P50Seconds);
        double Memory(int m) => _model.Need[m * _model.Dimensions];
        var reboot = _task.Reboot.TotalSeconds;
        var spare = _model.Spec.Hosts.Sum(h => (double)h.MemoryBytes) - Enumerable.Range(0, _model.Machines).Sum(Memory);
        var held = _order.Sum(h => _model.Spec.Hosts[h].MemoryBytes * reboot) + machines.Sum(m => Memory(m) * seconds[m]);
        var chain = machines.GroupBy(m => _model.HostOf[m]).Select(g => g.Sum(m => seconds[m] * rates[g.Key]) / _model.PortCapacity[g.Key]).DefaultIfEmpty(0).Max();
        return _order.Length == 0 ? _beginning.Now : _beginning.Now + Math.Max(chain + reboot, spare > 0 ? held / spare : 0);
    }

    private FleetPlan Result(string inputsHash, List<WaveWay> front, WaveWay chosen)
    {
        var (moves, reboots) = WaveSteps.Of(_model, chosen.Run.Steps, chosen.Graph);
        var within = _task.FinishWithin?.TotalSeconds;
        double? InTime(WaveWay way) => within is { } limit ? PlanReplay.ShareWithin(way.Replay.Finish, limit) : null;
        var notUpgraded = _blocked.Select(b => _model.HostOf[b.Machine]).Concat(chosen.Run.Left.Select(m => chosen.Run.Placement[m])).ToHashSet();
        return new FleetPlan
        {
            Kind = FleetTaskKind.Upgrade,
            IsFeasible = _blocked.Count == 0 && !(InTime(chosen) < _task.Confidence),
            Reason = $"{reboots.Count} of {_model.Hosts} hosts are rebooted; {PlanReason.Of(_task, moves.Count, _blocked.Count, chosen.Replay, InTime(chosen))}",
            MakespanP50Seconds = chosen.P50Seconds,
            MakespanP95Seconds = PlanReplay.Quantile(chosen.Replay.Finish, 0.95),
            ProbabilityInTime = InTime(chosen),
            LowerBoundSeconds = LowerBound(),
            Moves = moves,
            Reboots = reboots,
            Blocked = [.. _blocked.OrderBy(b => b.Machine).Select(b => b.Why)],
            LastSafeStart = Enumerable.Range(0, _model.Hosts).ToDictionary(
                _model.HostName,
                h => within is { } w && !notUpgraded.Contains(h) ? (double?)(w - PlanReplay.Quantile(chosen.Replay.HostFinish[h], _task.Confidence)) : null),
            Choices = [.. front.Select(w => new PlanChoice(
                NameOf(w), w == chosen, w.P50Seconds, PlanReplay.Quantile(w.Replay.Finish, 0.95), InTime(w), w.MovesPerMachine, w.Run.Moves.DefaultIfEmpty(0).Max(), w.Run.MostAway))],
            FinishSeconds = chosen.Replay.Finish,
            Assumptions = PlanAssumptions.Of(_model, _forecaster),
            InputsHash = inputsHash,
            Hash = FleetHash.OfPlan(inputsHash, moves, reboots),
        };
    }

    private static string NameOf(WaveWay way) => way.Anywhere == 0
        ? "onto rebooted hosts alone"
        : string.Create(CultureInfo.InvariantCulture, $"the first {way.Anywhere} hosts onto any other, then onto rebooted ones");

    private sealed record WaveWay(int Anywhere, WaveRun Run, PlanGraph Graph, PlanReplay Replay, double MovesPerMachine)
    {
        public double P50Seconds { get; } = PlanReplay.Quantile(Replay.Finish, 0.5);
    }
}
