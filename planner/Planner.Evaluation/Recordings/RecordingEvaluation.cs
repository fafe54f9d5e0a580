using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Tries switchover rules on all recorded migrations by pre-copy of a folder.</summary>
public sealed class RecordingEvaluation
{
    private readonly List<RecordingReplay> _replays;
    private readonly List<RecordingReplay> _neverCompleted;

    /// <summary>Prepares the replays.</summary>
    /// <param name="recordings">Recordings of one link. Those that are no migration by pre-copy with a known blackout, and none that never completed, are not replayed;
    /// what they say of the fixed part is used.</param>
    public RecordingEvaluation(IReadOnlyList<QemuRecording> recordings)
    {
        var transfer = StopPhases.Learn(recordings, r => r.Outcome!.StopPhaseBytes);
        var otherBytesPerSecond = 1 / transfer.SecondsPerByte;
        FixedSeconds = double.IsNaN(transfer.FixedSeconds) ? 0 : transfer.FixedSeconds;
        _neverCompleted = [.. recordings.Where(r => r.NeverCompleted).Select(r => new RecordingReplay(r, FixedSeconds, otherBytesPerSecond))];
        _replays = [.. recordings.Where(r => r.IsSwitchover).Select(r => new RecordingReplay(r, FixedSeconds))];
    }

    /// <summary>The fixed part of a blackout, in seconds, as learned from the recordings.</summary>
    public double FixedSeconds { get; }

    /// <summary>The replays of migrations with a known blackout.</summary>
    public IReadOnlyList<RecordingReplay> Replays => _replays;

    /// <summary>The replays of migrations that never completed. No figures are made of them: what the blackout would have been is a guess.</summary>
    public IReadOnlyList<RecordingReplay> NeverCompleted => _neverCompleted;

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
