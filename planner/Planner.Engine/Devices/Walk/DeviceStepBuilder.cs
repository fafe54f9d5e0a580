using Planner.Measurements;

namespace Planner.Engine;

/// <summary>One call of the engine that walks devices.</summary>
internal sealed class DeviceStepBuilder(EngineState state, long nowNanoseconds) : StepBuilder<EngineState>(state, nowNanoseconds)
{
    public MigrationPlan Plan => State.Plan;

    public int Count => State.Plan.Devices.Length;

    /// <inheritdoc/>
    protected override EngineState Ended => State with { Stage = EngineStage.Ended };

    public void Enter(EngineStage stage) => State = State with { Stage = stage };

    public Participant Get(MigrationSide side, int device) => State.Side(side)[device];

    public void Set(MigrationSide side, int device, Participant participant) => State = side == MigrationSide.Source
        ? State with { Sources = State.Sources.SetItem(device, participant) }
        : State with { Destinations = State.Destinations.SetItem(device, participant) };

    public void SetStream(int device, StreamProgress stream) => State = State with { Streams = State.Streams.SetItem(device, stream) };

    /// <summary>Notes that a device was told something.</summary>
    public void Begin(MigrationSide side, int device, PendingCommand command)
    {
        var participant = Get(side, device);
        Set(side, device, participant with
        {
            Pending = command,
            PendingSinceNanoseconds = NowNanoseconds,
            WasTouched = participant.WasTouched || command == PendingCommand.Arc,
        });
    }

    /// <summary>Notes that a stream does something else.</summary>
    public void SetActivity(int device, StreamActivity activity) =>
        SetStream(device, State.Streams[device] with { Activity = activity, SinceNanoseconds = NowNanoseconds });

    public bool IsAnyPending(MigrationSide side) => State.Side(side).Any(p => p.Pending != PendingCommand.None);

    /// <summary>Asks a device for its state if that is not known.</summary>
    /// <returns>Whether the state is known and nothing is under way.</returns>
    public bool Knows(MigrationSide side, int device)
    {
        var participant = Get(side, device);
        if (participant.Pending != PendingCommand.None)
        {
            return false;
        }

        if (participant.State is null)
        {
            Begin(side, device, PendingCommand.Query);
            Send(new QueryState(side, device));
            return false;
        }

        return true;
    }

    /// <summary>Sends a device one arc nearer to a state, or with a deadline all the way at once.</summary>
    /// <returns>Whether it is there.</returns>
    /// <remarks>The device foresees the whole way when it is asked for it at once; without a deadline every arc is
    /// sent, and measured, by itself.</remarks>
    public bool StepTowards(MigrationSide side, int device, DeviceState target, long? deadlineNanoseconds = null)
    {
        var participant = Get(side, device);
        if (participant.Pending != PendingCommand.None || participant.State is not { } state || state == target)
        {
            return participant.Pending == PendingCommand.None && participant.State == target;
        }

        if (!MigrationStateMachine.TryGetNext(state, target, Plan.Devices[device].Offer(side).Capabilities, out var next))
        {
            Failures.NoWay(this, side, device, state, target);
            return false;
        }

        Begin(side, device, PendingCommand.Arc);
        Send(new RunArc(side, device, new Arc(state, deadlineNanoseconds is null ? next : target), deadlineNanoseconds));
        return false;
    }

    public void BeginBlackout() => State = State with { BlackoutSinceNanoseconds = NowNanoseconds, IsPastCommit = false, IsDeadlineMissed = false, QuiesceTries = State.QuiesceTries + 1 };

    /// <summary>Notes that the guest runs again, if it did not.</summary>
    /// <param name="kind">What became of the pause.</param>
    public void EndBlackout(PauseKind kind)
    {
        if (State.BlackoutSinceNanoseconds is { } since)
        {
            var length = NowNanoseconds - since;
            State = State with
            {
                BlackoutSinceNanoseconds = null,
                Pauses = State.Pauses.With(kind, EngineState.PauseBetween(since, NowNanoseconds)),
                LastBlackoutNanoseconds = length,
            };
        }
    }
}
