using BenchmarkDotNet.Attributes;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>From a new blackout to a decision: while the window fills the limits of the miss probability are computed anew, later they stand.</summary>
[MemoryDiagnoser]
public class BlackoutBenchmarks
{
    private EvidenceTables _full = null!;
    private DecisionSnapshot _filling = null!;
    private EvidenceTables _tables = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _full = new EvidenceTables(Machines.Machine(devices: 1, samples: 2000, blackouts: 2000));
        _filling = Machines.Machine(devices: 1, samples: 2000, blackouts: 500);
    }

    [IterationSetup(Target = nameof(WindowFilling))]
    public void Fill()
    {
        _tables = new EvidenceTables(_filling);
        _tables.Build();
    }

    [Benchmark]
    public Decision WindowFull() => Decide(_full);

    [Benchmark]
    public Decision WindowFilling() => Decide(_tables);

    private static Decision Decide(EvidenceTables tables)
    {
        tables.AddBlackout(new PastBlackout(0.1, 0.11), afterQuiesce: false);
        var evaluator = tables.Build();
        return evaluator.Decide(evaluator.Moment);
    }
}
