using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Writes a migration by hypervisors down: notices for observers, and what the stop phase carried.</summary>
internal sealed class HypervisorScribe(HypervisorRequest request, SwitchoverJudge judge, JournalHeader header, SessionNotices notices, TimeProvider clock) : IHypervisorScribe
{
    /// <summary>What the source says it sent while the guest was stopped, in bytes; null if it did not say.</summary>
    public long? StopPhaseBytes { get; private set; }

    /// <summary>What it says it sent of the passed-through devices' state since it was last asked in pre-copy, in bytes; null if it did not say.</summary>
    public long? DeviceStopBytes { get; private set; }

    /// <summary>The state of devices that was expected at the last look, in bytes; 0 if nothing was known.</summary>
    public long ExpectedDeviceBytes => judge.DeviceStateBytes;

    /// <summary>What pre-copy sent at before the guest stopped, in bytes per second; NaN if it is not known.</summary>
    public double PreCopyBytesPerSecond => judge.BytesPerSecond;

    /// <summary>What was seen of the link.</summary>
    public IReadOnlyList<LinkAgeSample> SeenOfLink => judge.SeenOfLink;

    /// <summary>What pre-copy has sent, in bytes.</summary>
    public long SentBytes { get; private set; }

    private long _deviceSentBytes;

    public JournalHeader Header() => header;

    public PassJudgement? Judge(PreCopyProgressed progress)
    {
        (SentBytes, _deviceSentBytes) = (progress.SentBytes, progress.DeviceSentBytes ?? 0);
        return judge.Consider(progress);
    }

    public void Note(HypervisorState? before, EngineEvent? happened, Step<HypervisorState> step)
    {
        if (happened is HypervisorTold { Side: MigrationSide.Source, What: SwitchoverDone done })
        {
            StopPhaseBytes = done.StopPhaseBytes;
            DeviceStopBytes = done.DeviceBytes is { } all ? Math.Max(0, all - _deviceSentBytes) : null;
        }

        if (happened is HypervisorTold { What: DeviceStateChanged moved } told)
        {
            judge.See(told.Side, moved);
        }

        foreach (var command in step.Commands)
        {
            switch (command)
            {
                case ReportDecision { Decision: var gate }:
                    NoteDecision(gate);
                    break;
                case TellHypervisor { Order: HypervisorOrder.Allow } permission:
                    judge.Permitted(permission.Value, clock.GetNanoseconds());
                    break;
                case TellHypervisor { Order: HypervisorOrder.Hold }:
                    judge.Held();
                    break;
            }
        }

        if (before?.Phase != step.State.Phase)
        {
            notices.Send(new PhaseEntered(step.State.Phase) { MigrationId = notices.MigrationId, At = notices.Now });
        }
    }

    private void NoteDecision(GateDecision gate) => notices.Send(new Decided(
        gate.Gate, gate.Decision.Verdict, gate.Decision.Method, SessionClock.Span(gate.Decision.P50Seconds), SessionClock.Span(gate.Decision.BoundSeconds),
        request.Policy.BlackoutLimit, gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason)
    {
        MigrationId = notices.MigrationId,
        At = notices.Now,
    });
}
