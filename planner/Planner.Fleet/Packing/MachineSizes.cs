namespace Planner.Fleet;

/// <summary>How large machines are: the share of what is free on all targets together that they need of the scarcest quantity.</summary>
internal sealed class MachineSizes
{
    private readonly FleetModel _model;
    private readonly double[] _weights;

    public MachineSizes(FleetModel model, Placement placement, IReadOnlyCollection<int> targets)
    {
        _model = model;
        _weights = [.. Enumerable.Range(0, model.Dimensions).Select(d => targets.Sum(h => Math.Max(0, placement.Free(h, d))) is > 0 and < double.PositiveInfinity and var free ? 1 / free : 0)];
    }

    public double this[int machine] => Of(d => _model.Need[machine * _model.Dimensions + d]);

    /// <summary>The share of what is free that machines need together.</summary>
    public double Fill(IReadOnlyCollection<int> machines) => Of(d => machines.Sum(m => _model.Need[m * _model.Dimensions + d]));

    /// <summary>How large a gap is: what is left of the scarcest quantity.</summary>
    public double Gap(Placement placement, int host)
    {
        var gap = double.PositiveInfinity;
        for (var d = 0; d < _weights.Length; d++)
        {
            gap = _weights[d] > 0 ? Math.Min(gap, placement.Free(host, d) * _weights[d]) : gap;
        }

        return gap;
    }

    private double Of(Func<int, double> need)
    {
        var size = 0.0;
        for (var d = 0; d < _weights.Length; d++)
        {
            size = Math.Max(size, need(d) * _weights[d]);
        }

        return size;
    }
}
