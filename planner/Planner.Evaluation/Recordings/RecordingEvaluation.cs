using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Tries switchover rules on all recorded migrations by pre-copy of a folder.</summary>
public sealed class RecordingEvaluation
{
    private readonly List<RecordingReplay> _replays;

    /// <summary>Prepares the replays.</summary>
    /// <param name="recordings">Recordings of one link. Those that are no migration by pre-copy with a known blackout are not replayed; what they
    /// say of the fixed part is used.</param>
    public RecordingEvaluation(IReadOnlyList<QemuRecording> recordings)
    {
        var fixedSeconds = StopPhases.Learn(recordings, r => r.Outcome!.StopPhaseBytes).FixedSeconds;
        FixedSeconds = double.IsNaN(fixedSeconds) ? 0 : fixedSeconds;
        _replays = [.. recordings.Where(r => r.IsSwitchover).Select(r => new RecordingReplay(r, FixedSeconds))];
    }

    /// <summary>The fixed part of a blackout, in seconds, as learned from the recordings.</summary>
    public double FixedSeconds { get; }

    /// <summary>The replays.</summary>
    public IReadOnlyList<RecordingReplay> Replays => _replays;

    /// <summary>Median error of "unsent plus D" at the syncs of all replays, as a share of what the sync then found; null without a sync.</summary>
    public double? RemainingErrorP50 => Quantiles.Of(_replays.SelectMany(r => r.RemainingErrors), 0.5);

    /// <summary>The share of error that 90 % of the syncs keep to; null without a sync.</summary>
    public double? RemainingErrorP90 => Quantiles.Of(_replays.SelectMany(r => r.RemainingErrors), 0.9);

    /// <summary>Tries a rule on every replay.</summary>
    /// <param name="ruleFor">Makes a new rule for a recording.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that should keep the limit; in (0, 1).</param>
    public RuleReport Evaluate(Func<QemuRecording, ISwitchoverRule> ruleFor, double limitSeconds, double confidence)
    {
        RuleTally? tally = null;
        foreach (var replay in _replays)
        {
            var rule = ruleFor(replay.Recording);
            tally ??= new RuleTally(rule.Name, limitSeconds, confidence);
            tally.Add(replay.Run(rule, limitSeconds));
        }

        return (tally ?? new RuleTally("none", limitSeconds, confidence)).Report();
    }
}
