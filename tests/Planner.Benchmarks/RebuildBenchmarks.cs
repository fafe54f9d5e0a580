using BenchmarkDotNet.Attributes;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>From a new sample to a decision, as a session does it: with scores that carry the decision, and at the start, when the model on the grid is needed.</summary>
[MemoryDiagnoser]
public class RebuildBenchmarks
{
    private MeasuredMachine _machine = null!;

    [Params(1, 64)]
    public int Devices { get; set; }

    [Params(0, 2000)]
    public int Blackouts { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _machine = new MeasuredMachine(Devices, samples: 2000, Blackouts);
        _machine.Decide();
    }

    [Benchmark]
    public Decision NewArc()
    {
        _machine.AddArc();
        return _machine.Decide();
    }

    [Benchmark]
    public Decision NewTransfer()
    {
        _machine.AddTransfer();
        return _machine.Decide();
    }

    /// <summary>An evaluation to which nothing new has come.</summary>
    [Benchmark]
    public Decision Again() => _machine.Decide();
}
