using System.Numerics.Tensors;

namespace Planner.Estimators;

/// <summary>Adds up arcs over a blackout: a device's arcs of a stage in series, the slowest device of each stage or all of them, the stages in series.</summary>
/// <remarks>Stages that an arc spans are one group, since its parts are not known.</remarks>
internal sealed class StageSums
{
    private const int Stages = (int)BlackoutStage.Run + 1;

    private readonly (int Device, StagedArc Arc)[] _arcs;
    private readonly int[] _group = new int[Stages];
    private readonly bool[] _spanned = new bool[Stages];
    private readonly int _devices;
    private readonly bool _isSerial;
    private readonly double[] _perGroupAndDevice;

    /// <summary>Takes the arcs, with the numbers of their devices, from 0.</summary>
    /// <param name="arcs">The arcs.</param>
    /// <param name="devices">The number of devices.</param>
    /// <param name="isSerial">Whether one device is walked after the other: then all arcs add up.</param>
    public StageSums(IEnumerable<(int Device, StagedArc Arc)> arcs, int devices, bool isSerial)
    {
        _isSerial = isSerial;
        _arcs = [.. arcs];
        _devices = devices;
        for (var stage = 1; stage < Stages; stage++)
        {
            var joined = _arcs.Any(a => (int)a.Arc.First < stage && stage <= (int)a.Arc.Last);
            _group[stage] = joined ? _group[stage - 1] : _group[stage - 1] + 1;
            _spanned[_group[stage]] |= joined;
        }

        _perGroupAndDevice = new double[Groups * devices];
    }

    /// <summary>The number of groups of stages.</summary>
    public int Groups => _group[^1] + 1;

    /// <summary>The arcs of a group that end in a stage or later, as indices in the order that they were given in, with their devices.</summary>
    public IEnumerable<(int Index, int Device)> ArcsOf(int group, BlackoutStage from)
    {
        for (var i = 0; i < _arcs.Length; i++)
        {
            if (_arcs[i].Arc.Last >= from && _group[(int)_arcs[i].Arc.Last] == group)
            {
                yield return (i, _arcs[i].Device);
            }
        }
    }

    /// <summary>Adds up one figure for every arc.</summary>
    /// <param name="values">The figures, in the order of the arcs.</param>
    /// <param name="from">Arcs that end before this stage are left out.</param>
    /// <param name="isBound">Whether the sum must be a bound. In a group that an arc spans, one device may be the slowest before the barrier
    /// and another after it; only the sum over the devices is then surely large enough.</param>
    public double Sum(ReadOnlySpan<double> values, BlackoutStage from, bool isBound)
    {
        Array.Clear(_perGroupAndDevice);
        for (var i = 0; i < _arcs.Length; i++)
        {
            if (_arcs[i].Arc.Last >= from)
            {
                _perGroupAndDevice[_group[(int)_arcs[i].Arc.Last] * _devices + _arcs[i].Device] += values[i];
            }
        }

        var total = 0.0;
        for (var group = 0; group < Groups && _devices > 0; group++)
        {
            // Both carry on a NaN: a term that is not known makes the sum not known.
            var devices = _perGroupAndDevice.AsSpan(group * _devices, _devices);
            total += _isSerial || (isBound && _spanned[group]) ? TensorPrimitives.Sum<double>(devices) : TensorPrimitives.Max<double>(devices);
        }

        return total;
    }
}
