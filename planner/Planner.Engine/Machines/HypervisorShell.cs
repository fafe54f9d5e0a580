using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What becomes of a machine's migration when whatever carries it out fails.</summary>
internal static class HypervisorShell
{
    /// <summary>The planner itself failed: what is before the stop of the guest is left, and the rest goes on as well as it can.</summary>
    public static void NoteFailure(MachineStepBuilder step, ShellFailed e)
    {
        var isUntold = e.HasHandover && e.Unanswered.Any(c => c is TellHypervisor { Order: HypervisorOrder.Continue });
        step.State = step.State with { ShellTrouble = step.State.ShellTrouble ?? e.Reason, IsHandedOver = step.State.IsHandedOver && !isUntold };
        if (step.State.Stage is HypervisorStage.DiscoveringStates or HypervisorStage.OpeningJournal)
        {
            step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the planner itself failed ({e.Reason}).");
            return;
        }

        if (isUntold || step.State.Stage < HypervisorStage.Stopped)
        {
            step.Resolve(MigrationOutcome.Recovered, $"The planner itself failed ({e.Reason}).");
        }

        foreach (var told in e.Unanswered.OfType<TellHypervisor>())
        {
            if (!step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.ReportPatience))
            {
                // What is told once only is told again.
                step.State = (told.Side, told.Order) switch
                {
                    (MigrationSide.Source, HypervisorOrder.Continue) => step.State with { HasContinuedSource = false },
                    (_, HypervisorOrder.Cancel) => step.State with { HasCancelled = false },
                    (_, HypervisorOrder.Quit) => step.State with { HasQuit = false },
                    _ => step.State,
                };
            }

            HypervisorEngine.Answered(step, new HypervisorAnswered(told.Side, told.Order, e.Reason, HypervisorFault.Lost));
        }
    }
}
