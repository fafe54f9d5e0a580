using BenchmarkDotNet.Attributes;
using Planner.Estimators;
using Planner.Evidence;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>What a rule costs beside a running pre-copy: one look between syncs, one at a sync, and a blackout learned afterwards.</summary>
[MemoryDiagnoser]
public class RuleBenchmarks
{
    private BlackoutHistory _blackouts = null!;
    private EarliestRule _rule = null!;
    private PreCopyMoment _moment;
    private double _phase;

    [Params(1, 64)]
    public int Devices { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var machine = Machines.Machine(Devices, samples: 500, blackouts: 500);
        _rule = new EarliestRule(new RuleMoments(new MomentEvaluators(SwitchoverEvaluator.Prepare(machine)), []));
        _blackouts = new BlackoutHistory();
        foreach (var blackout in machine.PastBlackouts)
        {
            _blackouts.Add(blackout);
        }

        _blackouts.Now(0.01);
        _moment = new PreCopyMoment
        {
            Round = 3,
            RamBytes = 4e9,
            StateBytes = 64 << 20,
            BytesPerSecond = 2.4e9,
            TotalBytes = 16L << 30,
            TrueBlackoutSeconds = double.NaN,
        };
    }

    /// <summary>A look between syncs takes in a rate of the link, and asks for an exact count where that is worth while.</summary>
    [Benchmark]
    public SwitchoverAction Look()
    {
        _phase += LinkWatch.ObservationSeconds;
        return _rule.Consider(_moment with { ElapsedSeconds = _phase, SecondsSinceSync = 0.1 });
    }

    /// <summary>A look at a sync decides.</summary>
    [Benchmark]
    public SwitchoverAction Sync()
    {
        _phase += LinkWatch.ObservationSeconds;
        return _rule.Consider(_moment with { ElapsedSeconds = _phase, IsSync = true, WrittenBytes = 1e9, RoundSeconds = 1 });
    }

    /// <summary>One blackout more, without the tables of the next decision.</summary>
    [Benchmark]
    public void AddBlackout()
    {
        _phase = (_phase + 0.6180339887) % 1;
        _blackouts.Add(new PastBlackout(0.1, 0.1 * (0.9 + 0.3 * _phase)));
    }
}
