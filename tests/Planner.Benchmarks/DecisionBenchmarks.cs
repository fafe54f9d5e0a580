using BenchmarkDotNet.Attributes;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>One decision from a prepared snapshot, for each method that can carry it.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private SwitchoverEvaluator _direct = null!;
    private SwitchoverEvaluator _union = null!;
    private SwitchoverEvaluator _independent = null!;
    private DecisionMoment _moment;

    [Params(1, 64)]
    public int Devices { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _direct = SwitchoverEvaluator.Prepare(Machines.Machine(Devices, samples: 500, blackouts: 500));

        // The more terms, the more samples each of them needs: at 90 % 404 for the 8 terms of one device.
        _union = SwitchoverEvaluator.Prepare(Devices == 1
            ? Machines.Machine(Devices, samples: 500, blackouts: 0, confidence: 0.9)
            : Machines.Machine(Devices, samples: 7000, blackouts: 0, confidence: 0.5));
        _independent = SwitchoverEvaluator.Prepare(Machines.Machine(Devices, samples: 100, blackouts: 0));
        _moment = _direct.Moment;
    }

    [Benchmark]
    public Decision Direct() => _direct.Decide(_moment);

    [Benchmark]
    public Decision Union() => _union.Decide(_moment);

    [Benchmark]
    public Decision Independent() => _independent.Decide(_moment);
}
