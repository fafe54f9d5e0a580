using System.Collections.Immutable;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>Everything the engine knows. A value: the same state and event always give the same commands.</summary>
public sealed record EngineState : SessionState
{
    /// <summary>What is intended.</summary>
    public required MigrationPlan Plan { get; init; }

    /// <summary>Where the engine is.</summary>
    public EngineStage Stage { get; init; }

    /// <summary>The devices on the source.</summary>
    public required ImmutableArray<Participant> Sources { get; init; }

    /// <summary>The devices on the destination.</summary>
    public required ImmutableArray<Participant> Destinations { get; init; }

    /// <summary>The streams between them.</summary>
    public required ImmutableArray<StreamProgress> Streams { get; init; }

    /// <summary>The evaluator of the latest gate 1.</summary>
    public SwitchoverEvaluator? Evaluator { get; init; }

    /// <summary>The latest decision of gate 1.</summary>
    public GateDecision? FirstGate { get; init; }

    /// <summary>The latest decision of gate 2.</summary>
    public GateDecision? SecondGate { get; init; }

    /// <summary>When the blackout under way began; null while the guest runs.</summary>
    public long? BlackoutSinceNanoseconds { get; init; }

    /// <summary>Whether an arc past the commit point was begun in the blackout under way.</summary>
    public bool IsPastCommit { get; init; }

    /// <summary>Whether the blackout under way was given up for a deadline that a device did not keep, or that had passed before it was sent.</summary>
    public bool IsDeadlineMissed { get; init; }

    /// <summary>The blackouts that are over.</summary>
    public PauseSum Pauses { get; init; } = PauseSum.None;

    /// <summary>The length of the blackouts that are over, all together.</summary>
    public long PastBlackoutNanoseconds => Pauses.Length.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>The length of the last blackout that is over.</summary>
    public long LastBlackoutNanoseconds { get; init; }

    /// <summary>How often the machine was quiesced.</summary>
    public int QuiesceTries { get; init; }

    /// <summary>Evaluations in a row that brought nothing better.</summary>
    public int EvaluationsInVain { get; init; }

    /// <summary>The smallest bound so far, in seconds; infinite before there was one.</summary>
    public double SmallestBoundSeconds { get; init; } = double.PositiveInfinity;

    /// <summary>Whether somebody asked to give up.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Whether a switchover was given up because its time was over. How long it would have taken is not known, but it was longer.</summary>
    public bool IsOutOfTime { get; init; }

    /// <summary>Whether it was handed over and taken back.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>In a recovery, whether steps of the switchover may be missing from the journal: the planner's host has started anew since.</summary>
    public bool MayLackSteps { get; init; }

    /// <summary>Whether a failed arc was tried again past the commit point.</summary>
    public bool HasGoneOn { get; init; }

    /// <summary>The stage to go back to when going on is better than going back.</summary>
    public EngineStage StageBeforeJudging { get; init; }

    /// <inheritdoc/>
    public override TimeSpan? Promise => Plan.Mode == MigrationMode.Rehearsal ? null : Plan.Limit;

    /// <inheritdoc/>
    public override SessionPhase Phase => Stage switch
    {
        EngineStage.DiscoveringStates or EngineStage.OpeningJournal or EngineStage.Preparing => SessionPhase.Preparing,
        EngineStage.Surveying or EngineStage.Evaluating or EngineStage.Waiting => SessionPhase.PreCopy,
        EngineStage.Quiescing => SessionPhase.Quiescing,
        EngineStage.Stopping or EngineStage.Judging => SessionPhase.StopCopy,
        EngineStage.Starting or EngineStage.Finishing => SessionPhase.Resuming,
        EngineStage.Unquiescing or EngineStage.TakingBack or EngineStage.RollingBack => SessionPhase.GoingBack,
        _ => SessionPhase.Ended,
    };

    /// <inheritdoc/>
    public override bool IsUrgent => Stage
        is EngineStage.Evaluating or EngineStage.Quiescing or EngineStage.Unquiescing or EngineStage.Stopping or EngineStage.Judging or EngineStage.Starting;

    /// <summary>Whether the guest is stopped.</summary>
    public bool IsInBlackout => BlackoutSinceNanoseconds is not null;

    /// <summary>The devices of a side.</summary>
    public ImmutableArray<Participant> Side(MigrationSide side) => side == MigrationSide.Source ? Sources : Destinations;

    /// <inheritdoc/>
    public override PauseSum PausesUntil(long nowNanoseconds) => BlackoutSinceNanoseconds is { } since
        ? Pauses.With(PauseInVain, PauseBetween(since, nowNanoseconds))
        : Pauses;

    /// <summary>What the blackout under way is if it ends where it began.</summary>
    internal PauseKind PauseInVain => IsPastCommit ? PauseKind.FailedCommit : PauseKind.VainQuiesce;

    /// <summary>A pause between two of the planner's own commands, which it knows exactly.</summary>
    internal static GuestPause PauseBetween(long sinceNanoseconds, long untilNanoseconds) =>
        GuestPause.Exactly(MonotonicTime.Between(sinceNanoseconds, untilNanoseconds), "the planner's own commands");

    /// <summary>How long the guest has not run until a moment, all blackouts together.</summary>
    /// <param name="nowNanoseconds">The moment on the monotonic clock.</param>
    public long BlackoutNanoseconds(long nowNanoseconds) =>
        PastBlackoutNanoseconds + (BlackoutSinceNanoseconds is { } since ? nowNanoseconds - since : 0);
}
