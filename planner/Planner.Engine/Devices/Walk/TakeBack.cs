using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A destination that does not start after the handover: it is brought to rest, and the machine goes back to the source.</summary>
/// <remarks>The source still has the whole state, since it is put to rest only after the start. The guest's own processors have not run on
/// the destination: a VMM starts them after the devices.</remarks>
internal static class TakeBack
{
    /// <summary>How often an arc to STOP may fail on one device.</summary>
    private const int StopTries = 3;

    public static void Begin(DeviceStepBuilder step)
    {
        // After a crash nobody can tell whether the guest has run on the destination already; a device beyond reach may run.
        if (step.State.IsRecovery || step.State.Destinations.Any(p => p.State is null) || IsAnyStuck(step))
        {
            NeedPerson(step);
            return;
        }

        step.State = step.State with
        {
            Stage = EngineStage.TakingBack,
            Reason = $"After the handover the destination did not start ({Failures.States(step, MigrationSide.Destination)}), and the machine was taken back to the source.",
            Destinations = [.. step.State.Destinations.Select(p => p with { FailedSteps = 0, GivenUp = null })],
        };
    }

    public static void Act(DeviceStepBuilder step)
    {
        var isKnown = true;
        for (var i = 0; i < step.Count; i++)
        {
            isKnown &= step.Get(MigrationSide.Destination, i).GivenUp is not null || step.Knows(MigrationSide.Destination, i);
        }

        if (!isKnown)
        {
            return;
        }

        if (step.State.Destinations.Any(p => p.GivenUp is not null) || IsAnyStuck(step))
        {
            NeedPerson(step);
        }
        else if (step.State.Destinations.Any(Runs))
        {
            Stop(step);
        }
        else
        {
            ToSource(step, step.State.Reason);
        }
    }

    /// <summary>Nothing runs on the destination: the machine belongs to the source again.</summary>
    public static void ToSource(DeviceStepBuilder step, string reason)
    {
        step.Send(new MarkTakeBack());
        step.State = step.State with { IsHandedOver = false, IsTakenBack = true };
        Rollback.Begin(step, MigrationOutcome.Recovered, reason);
    }

    /// <summary>One arc nearer to STOP. No device stops before the others have ceased to talk to it.</summary>
    private static void Stop(DeviceStepBuilder step)
    {
        var isAnyTalking = step.State.Destinations.Any(p => Runs(p) && p.State == DeviceState.Running);
        for (var i = 0; i < step.Count; i++)
        {
            if (Runs(step.Get(MigrationSide.Destination, i)))
            {
                var hasP2P = step.Plan.Devices[i].Destination.Capabilities.Has(MigrationCapabilities.P2P);
                step.StepTowards(MigrationSide.Destination, i, isAnyTalking && hasP2P ? DeviceState.RunningP2P : DeviceState.Stop);
            }
        }
    }

    private static bool Runs(Participant destination) => destination.State?.IsRunning() == true;

    /// <summary>Whether a device can be neither stopped nor reset: one in ERROR may still write memory.</summary>
    private static bool IsAnyStuck(DeviceStepBuilder step) => step.Plan.Devices.Where((device, i) => step.Get(MigrationSide.Destination, i) is var destination
        && ((destination.State == DeviceState.Error && device.Destination.OffersReset == Answer.No)
            || (step.State.Stage == EngineStage.TakingBack && Runs(destination) && destination.FailedSteps >= StopTries))).Any();

    private static void NeedPerson(DeviceStepBuilder step) => step.End(
        MigrationOutcome.NeedsPerson,
        $"The state was handed over, but the destination did not start ({Failures.States(step)}): run 'planner recover', which tries again, or bring its devices to RUNNING by hand; do not start the source.");
}
