namespace Planner.Fleet;

/// <summary>Rolling waves: hosts are emptied in an order, rebooted, and take the machines of those that come after them.</summary>
/// <remarks>
/// The first hosts may be emptied onto any host that comes later: that makes room quickly, and these machines move twice. All others are emptied onto hosts that were rebooted already, so that
/// their machines move once. One host at a time may be emptied in part, as far as there is room; the next room is its.
/// </remarks>
internal sealed class WaveRun
{
    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly double _rebootSeconds;
    private readonly int _anywhere;
    private readonly int[] _order;
    private readonly int[] _position;
    private readonly HostState[] _state;
    private readonly bool[] _isTarget;
    private readonly bool[] _mayReceive;
    private readonly Placement _placement;
    private readonly Ports _ports;
    private readonly int[] _at;
    private readonly List<int>[] _on;
    private readonly List<int>[] _unassigned;
    private readonly List<(int Machine, int To)>[] _pending;
    private readonly int[] _coming;
    private readonly int[] _leaving;
    private readonly double[] _inLoad;
    private readonly List<int> _draining = [];
    private readonly PriorityQueue<int, (double, int)> _running = new();
    private int _away;

    /// <param name="model">The fleet.</param>
    /// <param name="forecaster">The forecasts.</param>
    /// <param name="order">The hosts to reboot, in the order in which they are emptied.</param>
    /// <param name="mayReceive">The hosts that may take machines.</param>
    /// <param name="anywhere">How many of the first may be emptied onto hosts that come later.</param>
    /// <param name="beginning">What is done and runs already. Its steps are the first ones.</param>
    public WaveRun(FleetModel model, MoveForecaster forecaster, int[] order, bool[] mayReceive, int anywhere, WaveBeginning beginning)
    {
        (_model, _forecaster, _order, _mayReceive, _anywhere) = (model, forecaster, order, mayReceive, anywhere);
        _rebootSeconds = model.Spec.Task.Reboot.TotalSeconds;
        (_position, _state, _isTarget) = (new int[model.Hosts], new HostState[model.Hosts], new bool[model.Hosts]);
        Array.Fill(_position, -1);
        for (var i = 0; i < order.Length; i++)
        {
            _position[order[i]] = i;
        }

        _placement = new Placement(model, forecaster, _isTarget, []);
        _ports = new Ports(model);
        _at = (int[])model.HostOf.Clone();
        _on = Lists<int>();
        _unassigned = Lists<int>();
        _pending = Lists<(int, int)>();
        (_coming, _leaving, _inLoad) = (new int[model.Hosts], new int[model.Hosts], new double[model.Hosts]);
        for (var m = 0; m < model.Machines; m++)
        {
            _on[_at[m]].Add(m);
        }

        Moves = new int[model.Machines];
        GoOn(beginning);
        Run(beginning.Now);
    }

    private enum HostState
    {
        Waiting,
        Draining,
        Away,
        Done,
    }

    /// <summary>The steps, in the order of their starts.</summary>
    public List<WaveStep> Steps { get; } = [];

    /// <summary>How often each machine moves.</summary>
    public int[] Moves { get; }

    /// <summary>The most hosts that are emptied or rebooted at a time.</summary>
    public int MostAway { get; private set; }

    /// <summary>Machines for which there was no room in the end: their hosts are not rebooted.</summary>
    public IReadOnlyList<int> Left => [.. _order.SelectMany(h => _unassigned[h]).Concat(_order.Where(h => _state[h] == HostState.Waiting).SelectMany(h => _on[h])).Distinct().Order()];

    /// <summary>Where machines are in the end.</summary>
    public Placement Placement => _placement;

    private List<T>[] Lists<T>() => [.. Enumerable.Range(0, _model.Hosts).Select(_ => new List<T>())];

    // Takes up what is under way.
    private void GoOn(WaveBeginning beginning)
    {
        foreach (var host in beginning.Rebooted)
        {
            _state[host] = HostState.Done;
            _isTarget[host] = _mayReceive[host];
        }

        foreach (var (host, until) in beginning.Rebooting)
        {
            _state[host] = HostState.Away;
            MostAway = Math.Max(MostAway, ++_away);
            Add(new WaveStep(-1, host, -1, until - _rebootSeconds, _rebootSeconds, null));
        }

        foreach (var (machine, to, until) in beginning.Running)
        {
            var from = _at[machine];
            if (_state[from] == HostState.Waiting && _position[from] >= 0)
            {
                Begin(from);
            }

            _unassigned[from].Remove(machine);
            Give(machine, from, to);
            _pending[from].Remove((machine, to));
            var forecast = _forecaster.Of(machine, _model.Rate(from, to));
            _ports.Take(from, to, forecast.BytesPerSecond);
            Moves[machine]++;
            Add(new WaveStep(machine, from, to, until - forecast.P50Seconds, forecast.P50Seconds, forecast));
        }
    }

    private void Run(double now)
    {
        Assign(now);
        StartMoves(now);
        while (_running.TryDequeue(out var step, out var key))
        {
            var time = key.Item1;
            var hasChanged = End(step);
            while (_running.TryPeek(out step, out var next) && next.Item1 <= time + 1e-9)
            {
                _running.Dequeue();
                hasChanged |= End(step);
            }

            if (hasChanged)
            {
                Assign(time);
            }

            StartMoves(time);
        }
    }

    /// <summary>Ends a step.</summary>
    /// <returns>Whether a host can be begun or can take more now.</returns>
    private bool End(int index)
    {
        var step = Steps[index];
        if (step.IsReboot)
        {
            _state[step.From] = HostState.Done;
            _isTarget[step.From] = _mayReceive[step.From];
            _away--;
            return true;
        }

        _ports.Release(step.From, step.To, step.Forecast!.BytesPerSecond);
        _inLoad[step.To] -= step.Seconds;
        _on[step.From].Remove(step.Machine);
        _on[step.To].Add(step.Machine);
        _at[step.Machine] = step.To;
        _coming[step.To]--;
        _leaving[step.From]--;
        Reboot(step.From, step.Start + step.Seconds);
        return _coming[step.To] == 0 && _state[step.To] == HostState.Waiting;
    }

    private void Reboot(int host, double time)
    {
        if (_leaving[host] > 0 || _unassigned[host].Count > 0 || _on[host].Count > 0)
        {
            return;
        }

        _state[host] = HostState.Away;
        _draining.Remove(host);
        Add(new WaveStep(-1, host, -1, time, _rebootSeconds, null));
    }

    private void Add(WaveStep step)
    {
        _running.Enqueue(Steps.Count, (step.Start + step.Seconds, Steps.Count));
        Steps.Add(step);
    }

    private void Assign(double time)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            var host = _order[i];
            if (_state[host] == HostState.Waiting && _coming[host] == 0 && HasTarget(i))
            {
                Begin(host);
            }

            if (_state[host] != HostState.Draining)
            {
                continue;
            }

            for (var k = 0; k < _unassigned[host].Count;)
            {
                if (FindTarget(_unassigned[host][k], host, i) is >= 0 and var to)
                {
                    Give(_unassigned[host][k], host, to);
                    _unassigned[host].RemoveAt(k);
                }
                else
                {
                    k++;
                }
            }

            if (_unassigned[host].Count > 0)
            {
                return;
            }

            Reboot(host, time);
        }
    }

    private void Begin(int host)
    {
        _state[host] = HostState.Draining;
        _isTarget[host] = false;
        _draining.Add(host);
        _unassigned[host].AddRange(_on[host].OrderByDescending(m => _model.Need[m * _model.Dimensions]).ThenBy(m => m));
        MostAway = Math.Max(MostAway, ++_away);
    }

    // A host that cannot give away a single machine is not begun: half empty it would only take away room.
    private bool HasTarget(int index) => _on[_order[index]].Count == 0 || _on[_order[index]].Any(m => FindTarget(m, _order[index], index) >= 0);

    private int FindTarget(int machine, int from, int index)
    {
        var (best, bestLoad) = (-1, double.PositiveInfinity);
        for (var host = 0; host < _model.Hosts; host++)
        {
            var isDone = _state[host] == HostState.Done;
            if (host == from || !(isDone || (index < _anywhere && _state[host] == HostState.Waiting && _position[host] >= _anywhere)) || !_mayReceive[host] || !_placement.HasRoom(machine, host))
            {
                continue;
            }

            // Onto a host that was rebooted already a machine moves for the last time.
            var load = _inLoad[host] + (isDone ? 0 : 1e9);
            if (load < bestLoad && MayGo(machine, from, host))
            {
                (best, bestLoad) = (host, load);
            }
        }

        return best;
    }

    private bool MayGo(int machine, int from, int host)
    {
        var before = _isTarget[host];
        _isTarget[host] = true;
        var may = _model.InSlots[host] > 0 && _placement.MayGo(machine, from, host);
        _isTarget[host] = before;
        return may;
    }

    private void Give(int machine, int from, int to)
    {
        _placement.Take(machine);
        _placement.Put(machine, to);
        _pending[from].Add((machine, to));
        _leaving[from]++;
        _coming[to]++;
        _inLoad[to] += _forecaster.Of(machine, _model.Rate(from, to)).P50Seconds;
    }

    private void StartMoves(double time)
    {
        foreach (var host in _draining)
        {
            var pending = _pending[host];
            for (var i = 0; i < pending.Count && _ports.MaySend(host) && _ports.HasPortLeft(host);)
            {
                var (machine, to) = pending[i];
                var forecast = _forecaster.Of(machine, _model.Rate(host, to));
                if (_ports.BusyUp(host, to, forecast.BytesPerSecond) >= 0 || !_ports.MayReceive(host, to, forecast.BytesPerSecond))
                {
                    i++;
                    continue;
                }

                pending.RemoveAt(i);
                _ports.Take(host, to, forecast.BytesPerSecond);
                Moves[machine]++;
                Add(new WaveStep(machine, host, to, time, forecast.P50Seconds, forecast));
            }
        }
    }
}
