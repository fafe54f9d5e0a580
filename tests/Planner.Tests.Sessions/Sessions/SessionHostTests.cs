using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

public sealed class SessionHostTests
{
    /// <summary>The engine counts on being woken: a wait that nothing ends would last for ever.</summary>
    [Fact]
    public async Task A_command_that_fails_does_not_take_the_engines_alarm_with_it()
    {
        var host = new SessionHost<Waiting>(
            new SessionServices(), _ => new BrokenCarrier(), null, (state, happened, _) => new Step<Waiting>(happened is Woke ? state with { IsOver = true } : state, []));

        var end = await host.RunAsync(
                now => new Step<Waiting>(new Waiting { StartedNanoseconds = now }, [new Unheard(), new WakeAt(now + 1_000_000)]), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.True(end.State.IsOver);
    }

    private sealed record Unheard : EngineCommand;

    private sealed record Waiting : SessionState
    {
        public bool IsOver { get; init; }

        public override TimeSpan? Promise => null;

        public override SessionPhase Phase => IsOver ? SessionPhase.Ended : default;

        public override PauseSum PausesUntil(long nowNanoseconds) => PauseSum.None;
    }

    private sealed class BrokenCarrier : ICommandCarrier<Waiting>
    {
        public void Carry(EngineCommand command, Waiting state, long now) => throw new InvalidOperationException("It is broken.");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
