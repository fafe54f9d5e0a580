using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What a session is asked to do.</summary>
public abstract record MigrationRequest
{
    /// <summary>The migration's identifier; a new one by default.</summary>
    public string MigrationId { get; init; } = TimeOrderedId.New().ToString();

    /// <summary>The machine's name: what error budgets and records are kept under.</summary>
    public required string Machine { get; init; }

    /// <summary>The promise.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>What is done with the verdicts.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>Where the machine is known to have gone before, as the end of a sentence; null if nothing is known. Said where the source does not run.</summary>
    public string? Moved { get; init; }

    /// <summary>The blackout time that the machine's error budget still allows; null for no budget.</summary>
    public TimeSpan? ErrorBudgetRemaining { get; init; }
}

/// <summary>Migrate a machine whose devices the planner walks itself.</summary>
public sealed record DeviceMigrationRequest : MigrationRequest
{
    /// <summary>The machine's devices, at least one. The session disposes none of them.</summary>
    public required IReadOnlyList<DevicePair> Devices { get; init; }

    /// <summary>How many evaluations in a row may bring nothing better before the session stays for good; at least 1.</summary>
    public int Patience { get; init; } = 20;
}

/// <summary>One device of a machine, opened on both sides.</summary>
/// <param name="Name">The device's name in the machine, such as <c>nic0</c>.</param>
/// <param name="Source">The device to migrate.</param>
/// <param name="Destination">The device that takes its state.</param>
public sealed record DevicePair(string Name, IMigrationDevice Source, IMigrationDevice Destination);

/// <summary>Have a machine migrated by its hypervisor.</summary>
public sealed record MachineMigrationRequest : MigrationRequest
{
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

    /// <summary>Whether the guest is paused, and is to be so on the destination.</summary>
    public bool IsPaused { get; init; }
}
