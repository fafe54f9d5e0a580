namespace Planner.Fleet;

/// <summary>List scheduling: whenever something is free, the first move of the list that can start does. A machine counts on both hosts until it is done.</summary>
/// <remarks>
/// Moves wait with their source. A source whose next move cannot start is looked at again when something ended; one that waits for its rack's uplink only when that was given back.
/// Where a target is busy and the plan may choose, the move goes to an idle host with room, or two moves exchange their targets.
/// </remarks>
internal sealed class ListScheduler
{
    private const double AtOnce = 1e-9;
    private const int HostsTried = 64;

    private readonly FleetModel _model;
    private readonly MoveSet _moves;
    private readonly Ports _ports;
    private readonly double[] _free;
    private readonly double[] _freeAtFirst;
    private readonly Dictionary<long, int> _groups = [];
    private readonly int[] _head;
    private readonly int[] _next;
    private readonly int[] _rank;
    private readonly int[] _asleepOn;
    private readonly int[] _asleepSince;
    private readonly List<int> _waiting = [];
    private readonly PriorityQueue<int, double> _running = new();
    private readonly int[] _targets;
    private readonly List<int>[] _comingTo;
    private readonly bool[] _isWaiting;
    private readonly int[] _grouped;
    private readonly double[] _pending;
    private readonly List<int> _idle = [];
    private readonly int[] _idleAt;
    private bool _byLoad;
    private int _cursor;

    public ListScheduler(FleetModel model, MoveSet moves, IEnumerable<int> targets)
    {
        (_model, _moves, _ports) = (model, moves, new Ports(model));
        _freeAtFirst = model.FreeNow();
        _free = new double[_freeAtFirst.Length];
        (_head, _next, _rank) = (new int[model.Hosts], new int[moves.Count], new int[moves.Count]);
        (_asleepOn, _asleepSince) = (new int[model.Hosts], new int[model.Hosts]);
        _targets = [.. targets];
        _comingTo = new List<int>[model.Hosts];
        _isWaiting = new bool[model.Hosts];
        (_pending, _idleAt) = (new double[model.Hosts], new int[model.Hosts]);

        // Of the groups only those matter of which somebody moves.
        var moving = Enumerable.Range(0, moves.Count).Select(m => model.Group[moves.Machine(m)]).Where(g => g >= 0).ToHashSet();
        _grouped = moving.Count == 0 ? [] : [.. Enumerable.Range(0, model.Machines).Where(m => moving.Contains(model.Group[m]))];
        Start = new double[moves.Count];
    }

    /// <summary>When each move starts, in seconds; NaN if it never can.</summary>
    public double[] Start { get; }

    /// <summary>The moves in the order in which they start.</summary>
    public List<int> Started { get; } = [];

    /// <summary>How many moves were looked at so far: the work of all runs.</summary>
    public long Looks { get; private set; }

    /// <summary>Makes the schedule.</summary>
    /// <param name="order">All moves, first ones first.</param>
    /// <param name="choose">The placement in which moves may get another target; null if targets are fixed.</param>
    /// <param name="byLoad">Whether, of two sources, the one with more left to send goes first, and not the one whose next move is earlier in the list.</param>
    /// <param name="progress">What is done and what runs already; null at the beginning. None of these moves is in <paramref name="order"/>.</param>
    /// <returns>The time at which the last move ends; not counting those that never can start.</returns>
    public double Run(ReadOnlySpan<int> order, Placement? choose, bool byLoad = false, ScheduleProgress? progress = null)
    {
        _byLoad = byLoad;
        Reset(order, choose is not null);
        var (time, last) = (progress?.Now ?? 0, progress?.Now ?? 0);
        foreach (var move in progress?.Done ?? [])
        {
            Add(_moves.Machine(move), _moves.To(move), -1);
            Add(_moves.Machine(move), _moves.From(move), 1);
            Count(_moves.Machine(move), _moves.To(move), 1);
            Count(_moves.Machine(move), _moves.From(move), -1);
        }

        foreach (var (move, end) in progress?.Running ?? [])
        {
            Occupy(move, Math.Max(end, time));
        }

        while (true)
        {
            last = Math.Max(last, StartWhatCan(time, choose));
            if (!_running.TryDequeue(out var ended, out time))
            {
                return last;
            }

            last = Math.Max(last, time);
            End(ended);
            while (_running.TryPeek(out ended, out var next) && next <= time + AtOnce)
            {
                _running.Dequeue();
                End(ended);
            }
        }
    }

    private void Reset(ReadOnlySpan<int> order, bool mayChoose)
    {
        _freeAtFirst.CopyTo(_free, 0);
        _ports.Clear();
        _groups.Clear();
        foreach (var machine in _grouped)
        {
            Count(machine, _model.HostOf[machine], 1);
        }

        Array.Fill(_head, -1);
        Array.Fill(_asleepOn, -1);
        Array.Clear(_pending);
        Array.Fill(Start, double.NaN);
        Started.Clear();
        _waiting.Clear();
        Array.Clear(_isWaiting);
        for (var i = order.Length - 1; i >= 0; i--)
        {
            var move = order[i];
            _rank[move] = i;
            _pending[_moves.From(move)] += _moves.Seconds(move);
            _next[move] = _head[_moves.From(move)];
            _head[_moves.From(move)] = move;
        }

        foreach (var move in order)
        {
            if (_head[_moves.From(move)] == move)
            {
                _waiting.Add(_moves.From(move));
                _isWaiting[_moves.From(move)] = true;
            }
        }

        if (_byLoad)
        {
            _waiting.Sort((a, b) => Urgency(a).CompareTo(Urgency(b)) is not 0 and var sign ? sign : a.CompareTo(b));
        }

        _idle.Clear();
        foreach (var host in mayChoose ? _targets : [])
        {
            (_comingTo[host] ??= []).Clear();
            SetIdle(host, true);
        }

        foreach (var move in mayChoose ? order : [])
        {
            (_comingTo[_moves.To(move)] ??= []).Add(move);
        }
    }

    private double StartWhatCan(double time, Placement? choose)
    {
        var last = time;
        for (var i = 0; i < _waiting.Count;)
        {
            var host = _waiting[i];
            if (_asleepOn[host] >= 0 && _ports.UpReleases[_asleepOn[host]] == _asleepSince[host])
            {
                i++;
                continue;
            }

            _asleepOn[host] = -1;
            if (FindStartable(host, choose) is >= 0 and var move)
            {
                Unlink(host, move);
                _pending[host] -= _moves.Seconds(move);
                Start[move] = time;
                Started.Add(move);
                var end = time + _moves.Seconds(move);
                Occupy(move, end);
                last = Math.Max(last, end);
                _waiting.RemoveAt(i);
                _isWaiting[host] = false;
                if (_head[host] >= 0 && _ports.MaySend(host) && _ports.HasPortLeft(host))
                {
                    Wait(host, i);
                }
            }
            else
            {
                i++;
            }
        }

        return last;
    }

    private int FindStartable(int host, Placement? choose)
    {
        if (!_ports.MaySend(host))
        {
            return -1;
        }

        var (firstHeldUp, allAsleepOn) = (-1, -2);
        for (var move = _head[host]; move >= 0; move = _next[move])
        {
            Looks++;
            var (to, rate) = (_moves.To(move), _moves.Rate(move));
            var busy = _ports.BusyUp(host, to, rate);
            if (busy >= 0)
            {
                allAsleepOn = allAsleepOn is -2 || allAsleepOn == busy ? busy : -1;
                continue;
            }

            allAsleepOn = -1;
            if (_ports.MayReceive(host, to, rate) && HasRoom(_moves.Machine(move), to))
            {
                return move;
            }

            firstHeldUp = firstHeldUp < 0 && !_moves.IsFixed(move) ? move : firstHeldUp;
        }

        if (allAsleepOn >= 0)
        {
            (_asleepOn[host], _asleepSince[host]) = (allAsleepOn, _ports.UpReleases[allAsleepOn]);
        }

        return firstHeldUp >= 0 && choose is not null && FindOtherTarget(firstHeldUp, choose) ? firstHeldUp : -1;
    }

    private bool FindOtherTarget(int move, Placement choose)
    {
        var (machine, from, planned) = (_moves.Machine(move), _moves.From(move), _moves.To(move));
        var tries = Math.Min(_idle.Count, HostsTried);
        Looks += tries;
        for (var i = 0; i < tries; i++)
        {
            var host = _idle[(_cursor + i) % _idle.Count];
            var rate = _model.Rate(from, host);
            if (host == planned || host == from || !_ports.MayReceive(from, host, rate) || _ports.BusyUp(from, host, rate) >= 0 || !HasRoom(machine, host) || rate < _moves.Rate(move))
            {
                continue;
            }

            choose.Take(machine);
            if (choose.MayGo(machine, host) && (choose.HasRoom(machine, host) || Exchange(move, host, planned, choose)))
            {
                choose.Put(machine, host);
                _moves.Redirect(move, host);
                _cursor += i;
                return true;
            }

            choose.Put(machine, planned);
        }

        return false;
    }

    // The machine is off its planned target: another one that is to go to the idle host takes that place, if both then fit.
    private bool Exchange(int move, int host, int planned, Placement choose)
    {
        foreach (var other in _comingTo[host] ?? [])
        {
            var machine = _moves.Machine(other);
            if (!double.IsNaN(Start[other]) || _moves.IsFixed(other) || _moves.To(other) != host || !choose.HasRoomInPlaceOf(_moves.Machine(move), host, machine) || !choose.HasRoom(machine, planned))
            {
                continue;
            }

            choose.Take(machine);
            if (planned != _moves.From(other) && choose.MayGo(machine, planned) && choose.MayGo(_moves.Machine(move), host) && _model.Rate(_moves.From(other), planned) >= _moves.Rate(other))
            {
                choose.Put(machine, planned);
                _moves.Redirect(other, planned);
                _comingTo[planned].Add(other);
                _comingTo[host].Remove(other);
                return true;
            }

            choose.Put(machine, host);
        }

        return false;
    }

    private bool HasRoom(int machine, int host)
    {
        for (var d = 0; d < _model.Dimensions; d++)
        {
            var need = _model.Need[machine * _model.Dimensions + d];
            if (need > 0 && need > _free[host * _model.Dimensions + d])
            {
                return false;
            }
        }

        return _model.Group[machine] is not (>= 0 and var group) || _groups.GetValueOrDefault(((long)host << 32) | (uint)group) == 0;
    }

    private void Occupy(int move, double end)
    {
        var (machine, to) = (_moves.Machine(move), _moves.To(move));
        _ports.Take(_moves.From(move), to, _moves.Rate(move));
        Add(machine, to, -1);
        Count(machine, to, 1);
        SetIdle(to, false);
        _running.Enqueue(move, end);
    }

    private void End(int move)
    {
        var (machine, from) = (_moves.Machine(move), _moves.From(move));
        _ports.Release(from, _moves.To(move), _moves.Rate(move));
        Add(machine, from, 1);
        Count(machine, from, -1);
        SetIdle(_moves.To(move), _ports.IsIdle(_moves.To(move)));
        if (_head[from] >= 0 && !_isWaiting[from])
        {
            Wait(from, 0);
        }
    }

    private void Wait(int host, int at)
    {
        var urgency = Urgency(host);
        var (low, high) = (at, _waiting.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Urgency(_waiting[middle]) < urgency ? (middle + 1, high) : (low, middle);
        }

        _waiting.Insert(low, host);
        _isWaiting[host] = true;
    }

    private double Urgency(int host) => _byLoad ? -_pending[host] : _rank[_head[host]];

    // Targets to which nothing comes, in a list from which each is taken in one step.
    private void SetIdle(int host, bool isIdle)
    {
        if (_comingTo[host] is null)
        {
            return;
        }

        var at = _idleAt[host];
        var isThere = at < _idle.Count && _idle[at] == host;
        if (isIdle && !isThere)
        {
            _idleAt[host] = _idle.Count;
            _idle.Add(host);
        }
        else if (!isIdle && isThere)
        {
            _idle[at] = _idle[^1];
            _idleAt[_idle[at]] = at;
            _idle.RemoveAt(_idle.Count - 1);
        }
    }

    private void Unlink(int host, int move)
    {
        if (_head[host] == move)
        {
            _head[host] = _next[move];
            return;
        }

        var before = _head[host];
        while (_next[before] != move)
        {
            before = _next[before];
        }

        _next[before] = _next[move];
    }

    private void Add(int machine, int host, int sign)
    {
        for (var d = 0; d < _model.Dimensions; d++)
        {
            _free[host * _model.Dimensions + d] += sign * _model.Need[machine * _model.Dimensions + d];
        }
    }

    private void Count(int machine, int host, int change)
    {
        if (_grouped.Length > 0 && _model.Group[machine] is >= 0 and var group)
        {
            var key = ((long)host << 32) | (uint)group;
            _groups[key] = _groups.GetValueOrDefault(key) + change;
        }
    }
}
