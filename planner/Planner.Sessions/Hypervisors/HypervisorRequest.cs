using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What a session with hypervisors is asked to do.</summary>
public sealed record HypervisorRequest
{
    /// <summary>The migration's identifier; a new one by default.</summary>
    public string MigrationId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>The machine's name: what error budgets and records are kept under.</summary>
    public required string Machine { get; init; }

    /// <summary>Where the machine runs. The session does not dispose it.</summary>
    public required IHypervisor Source { get; init; }

    /// <summary>Where it goes. The session does not dispose it.</summary>
    public required IHypervisor Destination { get; init; }

    /// <summary>Where the source sends to, such as <c>unix:/run/vm1.migration</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Where the destination listens; the channel itself unless something stands between.</summary>
    public required string Listen { get; init; }

    /// <summary>Whether a destination that listens already is taken as it is.</summary>
    public bool MayListenAlready { get; init; }

    /// <summary>The promise.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>What is done with the verdicts.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>The blackout time that the machine's error budget still allows; null for no budget.</summary>
    public TimeSpan? ErrorBudgetRemaining { get; init; }
}
