using Planner.Policies;

namespace Planner.Engine;

/// <summary>What a session with a hypervisor intends. It does not change while the session runs.</summary>
public sealed record HypervisorPlan
{
    /// <summary>Where the machine is known to have gone before, as the end of a sentence; null if nothing is known.</summary>
    public string? Moved { get; init; }

    /// <summary>The source's address, for messages.</summary>
    public required string SourceAddress { get; init; }

    /// <summary>The destination's address, for messages.</summary>
    public required string DestinationAddress { get; init; }

    /// <summary>Whether a manager carries out both ends: it makes the destination, lets it run by itself, and ends the source. What is known of the guest then comes
    /// from asking both hosts.</summary>
    public bool IsManaged { get; init; }

    /// <summary>What is done with the verdicts.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>Whether the guest is paused by its owner and is to be so on the destination. It is never told to run, and nothing is promised of its blackout.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What the machine does on the source when the migration has not come about.</summary>
    public string AtHome => IsPaused ? "the guest stays paused on the source" : "the machine runs on the source";

    /// <summary>Whether the guest may be slowed down.</summary>
    public bool MayThrottle { get; init; }

    /// <summary>The names of the passed-through devices that both sides have.</summary>
    public IReadOnlyCollection<string> Devices { get; init; } = [];

    /// <summary>Whether the hypervisor says which devices there are.</summary>
    public bool KnowsDevices { get; init; } = true;

    /// <summary>Whether every device tells its arcs. If not, what some tell is half of the truth, and is not counted.</summary>
    public bool TellsArcs { get; init; } = true;

    /// <summary>What is done with a guest that runs on with a device that has lost its state.</summary>
    public StateLostAction OnStateLost { get; init; }

    /// <summary>The blackout limit; null if nothing is promised.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>How long the rest may take to be sent before the destination is ended, so that the source fails and runs on; null for the limit and the way back.</summary>
    public TimeSpan? StopPatience { get; init; }

    /// <summary>The same as a time: who waits longer than the limit and the way back pays more than going back costs. Without a limit 30 s; for a guest that is paused anyway there is no hurry.</summary>
    public TimeSpan SendingLimit => IsPaused ? TimeSpan.FromMinutes(10) : StopPatience ?? (Limit is { } limit ? limit + PausePatience : TimeSpan.FromSeconds(30));

    /// <summary>How long a side that does not answer is asked before a person is called.</summary>
    public TimeSpan ReportPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long pre-copy may tell nothing before the sides are asked.</summary>
    public TimeSpan SilencePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the stop of the guest the source may take to say that it sends the rest, before it is asked whether it was the migration that stopped it.</summary>
    public TimeSpan SendingPatience { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a stopped guest with nothing under way is left alone before it is continued: a failed migration continues it by itself.</summary>
    public TimeSpan PausePatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a manager may take from the end of the source until the guest runs on the destination before both are asked.</summary>
    public TimeSpan HandoverPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long settings may take to be put back. A manager answers for its migration only seconds after the guest runs again.</summary>
    public TimeSpan RestorePatience => IsManaged ? TimeSpan.FromSeconds(20) : TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before a side is asked again.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMilliseconds(100);
}
