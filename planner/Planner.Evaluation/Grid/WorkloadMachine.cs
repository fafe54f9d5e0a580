using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>The machines of a grid that differ in their memory alone: what is known of them, as a decision reads it, and what a switchover of one shows.</summary>
/// <remarks>The same as a real session sees: latencies from barrier to barrier, the stop phase's transfer, the link, and the blackout beside its prediction. A
/// machine with devices is one device here, since its devices wait for each other.</remarks>
internal sealed class WorkloadMachine(MachineDevices devices, SlaTerms sla)
{
    private const string Device = "devices";

    private static readonly Arc Quiesce = new(DeviceState.PreCopy, DeviceState.PreCopyP2P);
    private static readonly Arc Stop = new(DeviceState.PreCopyP2P, DeviceState.StopCopy);
    private static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Running);

    private static readonly RamEvidence Ram = new() { RemainingBytes = 0 };

    private readonly EvidenceMemory _memory = new();
    private readonly EvaluatorBuilder _evaluators = new();

    private bool HasDevices => devices.Devices.Count > 0;

    /// <summary>What the next migration's rule decides by.</summary>
    public RuleMoments Moments()
    {
        var view = _memory.View(sla.AllowedMisses);
        return new RuleMoments(new MomentEvaluators(_evaluators, Snapshot(view), view, devices.Name), view.Over(devices.Name).Ages);
    }

    /// <summary>Takes what a switchover showed.</summary>
    /// <param name="latencies">What the devices took.</param>
    /// <param name="sentBytes">What the stop phase sent.</param>
    /// <param name="outcome">How the migration ended: with a commit.</param>
    /// <param name="moments">What was decided by. What is learned of the link is its usual rate.</param>
    public void Learn(in StageLatencies latencies, double sentBytes, in WorkloadOutcome outcome, RuleMoments moments)
    {
        foreach (var (arc, seconds) in HasDevices ? [(Quiesce, latencies.QuiesceSeconds), (Stop, latencies.StopSeconds), (Load, latencies.LoadSeconds)] : Array.Empty<(Arc, double)>())
        {
            _memory.Add(new ArcSample(Device, devices.Name, arc, TimeSpan.FromSeconds(seconds), ArcOutcome.Completed, default));
        }

        var moving = outcome.BlackoutSeconds - latencies.TotalSeconds;
        if (sentBytes > 0 && moving > 0)
        {
            _memory.Add(new TransferSample(devices.Name, TransferPhase.StopCopy, (long)sentBytes, TimeSpan.Zero, TimeSpan.FromSeconds(moving / moments.LastStretch), default));
        }

        if (moments.Last.PredictedSeconds > 0)
        {
            _memory.Add(new BlackoutSample(
                devices.Name, "", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(moments.Last.PredictedSeconds), TimeSpan.FromSeconds(outcome.BlackoutSeconds), default)
            {
                WasCalm = moments.LastIsCalm,
            });
        }
    }

    /// <summary>Takes what a migration saw of the link, however it ended.</summary>
    public void LearnOfLink(RuleMoments moments)
    {
        foreach (var age in moments.SeenOfLink)
        {
            _memory.Add(new LinkAgeSample(devices.Name, age.Age, age.Seen, age.Broke));
        }
    }

    private DecisionSnapshot Snapshot(EvidenceView view)
    {
        var known = view.Of(devices.Name);
        var link = view.Over(devices.Name);
        return new DecisionSnapshot
        {
            Sla = sla,
            Ram = Ram,
            Transfer = new TransferEvidence { FixedSeconds = link.FixedSeconds, BytesPerSecond = link.BytesPerSecond },
            Devices = !HasDevices ? [] :
            [
                new DeviceEvidence
                {
                    Name = Device,
                    Class = devices.Name,
                    State = Quiesce.From.Name(),
                    Flags = ["STOP_COPY", "P2P", "PRE_COPY"],
                    StateBytes = (long)devices.StateBytes,
                    Arcs = [.. new[] { Quiesce, Stop, Load }.Select(arc => new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = known.Seconds(arc) })],
                },
            ],
            PastBlackouts = view.Blackouts(devices.Name, BlackoutSpan.Whole),
        };
    }
}
