namespace Planner.Fleet;

/// <summary>How large machines are: the share of what is free on all targets together that they need of the scarcest quantity.</summary>
internal sealed class MachineSizes
{
    private readonly FleetModel _model;
    private readonly double[] _weights;
    private readonly int _scarcest;

    public MachineSizes(FleetModel model, Placement placement, IReadOnlyCollection<int> targets, IReadOnlyCollection<int> machines)
    {
        _model = model;
        _weights = [.. Enumerable.Range(0, model.Dimensions).Select(d => targets.Sum(h => Math.Max(0, placement.Free(h, d))) is > 0 and < double.PositiveInfinity and var free ? 1 / free : 0)];
        _scarcest = Enumerable.Range(0, model.Dimensions).Where(d => machines.All(m => model.Need[m * model.Dimensions + d] > 0))
            .MaxBy(d => machines.Sum(m => model.Need[m * model.Dimensions + d]) * _weights[d]);
    }

    public double this[int machine] => Of(d => _model.Need[machine * _model.Dimensions + d]);

    /// <summary>The share of what is free that machines need together.</summary>
    public double Fill(IReadOnlyCollection<int> machines) => Of(d => machines.Sum(m => _model.Need[m * _model.Dimensions + d]));

    /// <summary>What is left on a host of the quantity that is scarcest among those that every machine needs.</summary>
    public double Gap(Placement placement, int host) => placement.Free(host, _scarcest);

    /// <summary>What a machine needs of that quantity.</summary>
    public double NeededGap(int machine) => _model.Need[machine * _model.Dimensions + _scarcest];

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
