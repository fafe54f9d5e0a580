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

    public void End(MigrationOutcome outcome, string reason)
    {
        if (State.ShellTrouble is { } trouble && !reason.Contains(trouble, StringComparison.Ordinal))
        {
            reason += $" On the way the planner itself failed ({trouble}).";
        }

        State = Ended with { IntendedOutcome = outcome, Reason = reason };
        Send(new EndSession(outcome, reason));
    }
}
