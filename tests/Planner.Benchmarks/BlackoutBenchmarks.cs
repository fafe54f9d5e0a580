using BenchmarkDotNet.Attributes;
using Planner.Estimators;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>From a new blackout to a decision, with the calibration brought up to date and the tables rebuilt. A full list lets 500 blackouts go
/// at once and tells the other 5,000 to the calibration again; that is in the mean.</summary>
[MemoryDiagnoser]
public class BlackoutBenchmarks
{
    private MeasuredMachine _machine = null!;
    private AdaptiveConformal _calibration = null!;
    private double[] _scores = null!;
    private double _phase;

    [Params(0.99, 0.999)]
    public double Confidence { get; set; }

    [Params(2000, 5000)]
    public int Blackouts { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _machine = new MeasuredMachine(devices: 1, samples: 2000, Blackouts, Confidence);
        _machine.Decide();
        _calibration = new AdaptiveConformal(new AdaptiveConformalOptions(Math.Round(1 - Confidence, 6)));
        _scores = [.. Enumerable.Range(0, Blackouts).Select(_ => Next())];
    }

    /// <summary>The calibration alone takes a score and gives the next bound.</summary>
    [Benchmark]
    public double Update()
    {
        _calibration.Update(Next());
        return _calibration.ScoreBound(1 - Confidence);
    }

    [Benchmark]
    public Decision NewBlackout()
    {
        _machine.AddBlackout();
        return _machine.Decide();
    }

    /// <summary>What a session pays once for each of the two lists that it recalls.</summary>
    [Benchmark]
    public ScoreTable Replay() => new BlackoutScores(_scores).Build(1 - Confidence);

    // Scores come in no order: a golden-ratio sequence.
    private double Next() => 0.9 + 0.3 * (_phase = (_phase + 0.6180339887) % 1);
}
