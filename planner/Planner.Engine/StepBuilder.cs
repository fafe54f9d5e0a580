using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Engine;

/// <summary>One call of an engine: the state as it changes, and the commands as they gather.</summary>
internal abstract class StepBuilder<TState>(TState state, long nowNanoseconds)
    where TState : SessionState
{
    private readonly ImmutableArray<EngineCommand>.Builder _commands = ImmutableArray.CreateBuilder<EngineCommand>();

    public TState State { get; set; } = state;

    public long NowNanoseconds => nowNanoseconds;

    public Step<TState> Step => new(State, _commands.ToImmutable());

    /// <summary>The state at the end of a session.</summary>
    protected abstract TState Ended { get; }

    public void Send(EngineCommand command) => _commands.Add(command);

    public void WakeAt(long nanoseconds)
    {
        State = State with { WakeAtNanoseconds = nanoseconds };
        Send(new WakeAt(nanoseconds));
    }

    /// <summary>Takes notice of what a peer stated that makes no sense; the same once.</summary>
    public void Distrust(string what)
    {
        if (State.Distrusted?.Contains(what, StringComparison.Ordinal) != true)
        {
            State = State with { Distrusted = State.Distrusted is { } before ? $"{before}; {what}" : what };
        }
    }

    public void End(MigrationOutcome outcome, string reason)
    {
        if (State.Distrusted is { } distrusted)
        {
            reason += $" {distrusted}.";
        }

        if (State.ShellTrouble is { } trouble && !reason.Contains(trouble, StringComparison.Ordinal))
        {
            reason += $" On the way the planner itself failed ({trouble}).";
        }

        // A completed migration says it in its own words.
        if (outcome is not (MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit) && State.Promise is { } limit)
        {
            reason += State.PausesUntil(NowNanoseconds).OverWords(limit);
        }

        State = Ended with { IntendedOutcome = outcome, Reason = reason };
        Send(new EndSession(outcome, reason));
    }
}
