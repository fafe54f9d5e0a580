using Planner.Measurements;

namespace Planner.Engine;

/// <summary>One call of the engine that has a hypervisor migrate.</summary>
internal sealed class MachineStepBuilder(HypervisorState state, long nowNanoseconds) : StepBuilder<HypervisorState>(state, nowNanoseconds)
{
    public HypervisorPlan Plan => State.Plan;

    /// <inheritdoc/>
    protected override HypervisorState Ended => State with { Stage = HypervisorStage.Ended };

    public void Tell(MigrationSide side, HypervisorOrder order, long value = 0)
    {
        if (order is HypervisorOrder.Listen or HypervisorOrder.Start or HypervisorOrder.Continue)
        {
            Set(side, State.Side(side) with { Clock = State.Side(side).Clock with { ToldNanoseconds = NowNanoseconds } });
        }

        Send(new TellHypervisor(side, order, value));
    }

    public void Enter(HypervisorStage stage) => State = State with { Stage = stage };

    public void Set(MigrationSide side, HypervisorSide value) =>
        State = side == MigrationSide.Source ? State with { Source = value } : State with { Destination = value };

    /// <summary>Asks a side for the truth, unless it is being asked.</summary>
    public void Ask(MigrationSide side)
    {
        if (!State.Side(side).IsAsked)
        {
            Set(side, State.Side(side) with { IsAsked = true, Report = null, Trouble = null });
            Tell(side, HypervisorOrder.Report);
        }
    }

    public void WakeIn(TimeSpan delay) => WakeAt(NowNanoseconds + Nanoseconds(delay));

    public bool IsPast(long sinceNanoseconds, TimeSpan patience) => NowNanoseconds - sinceNanoseconds >= Nanoseconds(patience);

    /// <summary>Leaves the way to the destination: finds out where the guest is, and goes on from there.</summary>
    public void Resolve(MigrationOutcome outcome, string reason)
    {
        if (State.Stage != HypervisorStage.Resolving)
        {
            State = State with { ResolvingSinceNanoseconds = NowNanoseconds, IntendedOutcome = outcome, Reason = reason };
        }

        Enter(HypervisorStage.Resolving);
        Ask(MigrationSide.Source);
        Ask(MigrationSide.Destination);
        WakeIn(Plan.AskAgain);
    }

    /// <summary>Puts the settings back and ends.</summary>
    public void Restore(MigrationOutcome outcome, string reason)
    {
        State = State with { Stage = HypervisorStage.Restoring, IntendedOutcome = outcome, Reason = reason };
        foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Source, MigrationSide.Destination])
        {
            if (State.Side(side) is { WasPrepared: true, IsGone: false })
            {
                Set(side, State.Side(side) with { IsRestoring = true });
                Tell(side, HypervisorOrder.Restore);
            }
        }

        WakeIn(Plan.RestorePatience);
        EndIfRestored();
    }

    /// <summary>Ends once everything is put back, and the source has told what it sent; it is not waited for long.</summary>
    public void EndIfRestored(bool isLate = false)
    {
        var isTold = isLate || State.HasToldEnd || State.IsRecovery || State.Source.IsGone || State.Times.Sent is null;
        if (isTold && State is { Stage: HypervisorStage.Restoring, Source.IsRestoring: false, Destination.IsRestoring: false })
        {
            var (outcome, reason) = HypervisorOutcome.Of(State);
            State = State with { IsSettled = true };
            End(outcome, reason);
        }
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
