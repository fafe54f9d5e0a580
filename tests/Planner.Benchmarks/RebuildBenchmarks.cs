using BenchmarkDotNet.Attributes;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>From a new sample to a decision, tables rebuilt: with scores that carry the decision, and at the start, when the model on the grid is needed.</summary>
[MemoryDiagnoser]
public class RebuildBenchmarks
{
    private static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Stop);

    private EvidenceTables _tables = null!;
    private DecisionMoment _moment;
    private double _sample;

    [Params(1, 64)]
    public int Devices { get; set; }

    [Params(0, 2000)]
    public int Blackouts { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _tables = new EvidenceTables(Machines.Machine(Devices, samples: 2000, Blackouts));
        _moment = _tables.Build().Moment;
    }

    [Benchmark]
    public Decision NewArc()
    {
        _tables.AddArc(0, Load, Next(0.03));
        return _tables.Build().Decide(_moment);
    }

    [Benchmark]
    public Decision NewTransfer()
    {
        _tables.AddTransfer(Next(0.004), 2.4e9);
        return _tables.Build().Decide(_moment);
    }

    // Samples come in no order: a golden-ratio sequence.
    private double Next(double around) => around * (0.8 + 0.4 * (_sample = (_sample + 0.6180339887) % 1));
}
