using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Writes a migration by hypervisors down: notices for observers, and what the stop phase carried.</summary>
internal sealed class HypervisorScribe(HypervisorRequest request, SwitchoverJudge judge, JournalHeader header, SessionNotices notices) : IHypervisorScribe
{
    /// <summary>What the source says it sent while the guest was stopped, in bytes; null if it did not say.</summary>
    public long? StopPhaseBytes { get; private set; }

    /// <summary>The blackout by the hypervisor's own count; null if it did not say.</summary>
    public TimeSpan? ReportedDowntime { get; private set; }

    /// <summary>What pre-copy sent at before the guest stopped, in bytes per second; NaN if it is not known.</summary>
    public double PreCopyBytesPerSecond => judge.BytesPerSecond;

    /// <summary>What pre-copy has sent, in bytes.</summary>
    public long SentBytes { get; private set; }

    public JournalHeader Header() => header;

    public PassJudgement? Judge(PreCopyProgressed progress)
    {
        SentBytes = progress.SentBytes;
        return judge.Consider(progress);
    }

    public void Note(HypervisorState? before, EngineEvent? happened, HypervisorStep step)
    {
        if (happened is HypervisorTold { Side: MigrationSide.Source, What: SwitchoverDone done })
        {
            (StopPhaseBytes, ReportedDowntime) = (done.StopPhaseBytes, done.ReportedDowntime);
        }

        foreach (var command in step.Commands)
        {
            if (command is ReportDecision { Decision: var gate })
            {
                NoteDecision(gate);
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
