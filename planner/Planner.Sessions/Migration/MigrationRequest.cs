using Planner.Engine;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What a session is asked to do.</summary>
public sealed record MigrationRequest
{
    /// <summary>The migration's identifier; a new one by default.</summary>
    public string MigrationId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>The machine's name: what error budgets and records are kept under.</summary>
    public required string Machine { get; init; }

    /// <summary>The machine's devices, at least one. The session disposes none of them.</summary>
    public required IReadOnlyList<DevicePair> Devices { get; init; }

    /// <summary>The promise.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>What is done with the verdicts.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>The blackout time that the machine's error budget still allows; null for no budget.</summary>
    public TimeSpan? ErrorBudgetRemaining { get; init; }

    /// <summary>How many evaluations in a row may bring nothing better before the session stays for good; at least 1.</summary>
    public int Patience { get; init; } = 20;
}
