using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Agent;

/// <summary>How a migration ended that an agent carried out.</summary>
/// <param name="Migration">Its identifier.</param>
/// <param name="Outcome">How.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Destination">The destination's address on its host, as its driver writes it; null where it is not known.</param>
internal sealed record MigrationEnd(string Migration, MigrationOutcome Outcome, string Reason, string? Destination)
{
    /// <summary>The attempt in the ledger; null if nothing was attempted.</summary>
    public string? Attempt { get; init; }

    /// <summary>For a machine that stayed: what would have let it move; null if that is not known.</summary>
    public string? CheapestChange { get; init; }

    /// <summary>How long the guest did not run in all; null if that is not known.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary>The parts of the blackout, foretold and as they were; null before the first decision.</summary>
    public IReadOnlyList<TermOutcome>? Terms { get; init; }

    /// <summary>What could not be kept, in one sentence; null for nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether the agent was ended meanwhile.</summary>
    public bool WasInterrupted { get; init; }
}

/// <summary>What happened in a migration: a phase, or a decision.</summary>
/// <param name="At">When.</param>
internal sealed record MigrationWord(DateTimeOffset At)
{
    /// <summary>The phase that is entered; null for a decision.</summary>
    public SessionPhase? Phase { get; init; }

    /// <summary>The decision; null for a phase.</summary>
    public DecisionWord? Decision { get; init; }

    /// <summary>What is told of a notice; null for what nobody watches.</summary>
    public static MigrationWord? Of(SessionNotice notice) => notice switch
    {
        PhaseEntered entered => new MigrationWord(entered.At) { Phase = entered.Phase },
        Decided decided => new MigrationWord(decided.At)
        {
            Decision = new DecisionWord(decided.Gate, decided.Verdict, decided.Method, decided.P50, decided.Bound, decided.Limit, decided.Reason, decided.Terms?.Invoke()),
        },
        _ => null,
    };

    /// <summary>The notice that it was told of.</summary>
    public SessionNotice? ToNotice(string migration) => this switch
    {
        { Phase: { } phase } => new PhaseEntered(phase) { MigrationId = migration, At = At },
        { Decision: { } d } => new Decided(d.Gate, d.Verdict, d.Method, d.P50, d.Bound, d.Limit, d.Reason)
        {
            MigrationId = migration,
            At = At,
            Terms = d.Terms is { } terms ? () => terms : null,
        },
        _ => null,
    };
}

/// <summary>A decision as it is told.</summary>
internal sealed record DecisionWord(
    int Gate, Verdict Verdict, BoundMethod? Method, TimeSpan? P50, TimeSpan? Bound, TimeSpan Limit, string Reason, IReadOnlyList<ForetoldTerm>? Terms);

/// <summary>A migration that another agent brings to this host.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Token">The token that it is brought under.</param>
/// <param name="SourceNode">The host that it comes from.</param>
/// <param name="Sockets">The sockets that may be reached for it.</param>
internal sealed record ExpectedMigration(string Machine, MachineToken Token, string SourceNode, IReadOnlyList<string> Sockets);
