using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the states of both engines have in common.</summary>
public abstract record SessionState
{
    /// <summary>Whether this is the recovery of an interrupted migration.</summary>
    public bool IsRecovery { get; init; }

    /// <summary>When the session started, on the monotonic clock.</summary>
    public required long StartedNanoseconds { get; init; }

    /// <summary>The moment of the wake-up that counts.</summary>
    public long WakeAtNanoseconds { get; init; }

    /// <summary>Whether the machine belongs to the destination: from here on it may run there.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>Whether somebody asked for a short way back.</summary>
    public bool IsHurried { get; init; }

    /// <summary>How the session will end if everything that is left goes well.</summary>
    public MigrationOutcome IntendedOutcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What a peer stated that makes no sense and was not believed, as clauses; null if all did.</summary>
    public string? Distrusted { get; init; }

    /// <summary>What failed first in the planner itself; null if nothing did.</summary>
    public string? ShellTrouble { get; init; }

    /// <summary>Whether the machine runs and everything is as it was before: there is nothing left to recover, whatever a person has to look at.</summary>
    public bool IsSettled { get; init; }

    /// <summary>The limit on all pauses together; null where nothing is promised.</summary>
    public abstract TimeSpan? Promise { get; }

    /// <summary>The phase that observers see.</summary>
    public abstract SessionPhase Phase { get; }

    /// <summary>Whether this is no time for anything else in the process: the guest is stopped by the planner, or is about to be.</summary>
    public virtual bool IsUrgent => false;

    /// <summary>How long the guest did not run because of the session, until a moment: a pause that is not over counts as far as it came.</summary>
    /// <param name="nowNanoseconds">The moment on the monotonic clock.</param>
    public abstract PauseSum PausesUntil(long nowNanoseconds);
}
