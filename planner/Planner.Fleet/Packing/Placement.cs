namespace Planner.Fleet;

/// <summary>Where machines will be when all is done: what is left on each host, and which groups are on it. Machines that are not being placed stay where they are.</summary>
/// <remarks>Not for several threads at once.</remarks>
internal sealed class Placement
{
    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly bool[] _isTarget;
    private readonly double[] _free;
    private readonly Dictionary<long, int> _groups = [];
    private readonly int[] _at;

    /// <summary>The fleet as it is, without the machines that are to be placed.</summary>
    public Placement(FleetModel model, MoveForecaster forecaster, bool[] isTarget, IEnumerable<int> toBePlaced)
    {
        (_model, _forecaster, _isTarget) = (model, forecaster, isTarget);
        _free = model.FreeNow();
        _at = (int[])model.HostOf.Clone();
        for (var m = 0; m < model.Machines; m++)
        {
            Count(m, _at[m], 1);
        }

        foreach (var machine in toBePlaced)
        {
            Take(machine);
        }
    }

    private Placement(Placement other)
    {
        (_model, _forecaster, _isTarget) = (other._model, other._forecaster, other._isTarget);
        (_free, _at, _groups) = ((double[])other._free.Clone(), (int[])other._at.Clone(), new Dictionary<long, int>(other._groups));
    }

    /// <summary>The hosts that may take machines.</summary>
    public IEnumerable<int> Targets => Enumerable.Range(0, _model.Hosts).Where(h => _isTarget[h]);

    /// <summary>The host of a machine; -1 while it has none.</summary>
    public int this[int machine] => _at[machine];

    public Placement Copy() => new(this);

    /// <summary>What is left of a quantity on a host.</summary>
    public double Free(int host, int dimension) => _free[host * _model.Dimensions + dimension];

    public bool IsTarget(int host) => _isTarget[host];

    /// <summary>Whether a machine may be on a host, room aside: it takes machines, none of its group is there, and its SLA class allows the way. Where it is already it may stay.</summary>
    public bool MayGo(int machine, int host) => MayGo(machine, _model.HostOf[machine], host);

    /// <summary>The same for a machine that is on another host by now.</summary>
    public bool MayGo(int machine, int from, int host) =>
        _isTarget[host] && !HasGroup(machine, host) && (host == from || _forecaster.Of(machine, _model.Rate(from, host)).Fits);

    /// <summary>Whether one of a machine's group is on a host.</summary>
    public bool HasGroup(int machine, int host) => _model.Group[machine] is >= 0 and var group && _groups.GetValueOrDefault(Key(host, group)) > 0;

    /// <summary>Whether a machine fits what is left on a host.</summary>
    public bool HasRoom(int machine, int host)
    {
        var (need, free) = (machine * _model.Dimensions, host * _model.Dimensions);
        for (var d = 0; d < _model.Dimensions; d++)
        {
            if (_model.Need[need + d] > 0 && _model.Need[need + d] > _free[free + d])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a machine would fit a host once another has left it.</summary>
    public bool HasRoomInPlaceOf(int machine, int host, int leaving)
    {
        for (var d = 0; d < _model.Dimensions; d++)
        {
            var need = _model.Need[machine * _model.Dimensions + d];
            if (need > 0 && need > _free[host * _model.Dimensions + d] + _model.Need[leaving * _model.Dimensions + d])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts a machine that has no host on one.</summary>
    public void Put(int machine, int host)
    {
        _at[machine] = host;
        Add(machine, host, -1);
        Count(machine, host, 1);
    }

    /// <summary>Takes a machine off its host.</summary>
    public void Take(int machine)
    {
        Add(machine, _at[machine], 1);
        Count(machine, _at[machine], -1);
        _at[machine] = -1;
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
        if (_model.Group[machine] is >= 0 and var group)
        {
            _groups[Key(host, group)] = _groups.GetValueOrDefault(Key(host, group)) + change;
        }
    }

    private static long Key(int host, int group) => ((long)host << 32) | (uint)group;
}
