using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Tells observers what a recovery does. It measures nothing: arcs after a crash are like no others.</summary>
internal sealed class RecoveryScribe(JournalHeader header, SessionNotices notices) : ISessionScribe
{
    public SwitchoverEvaluator Evaluator(EngineState state, long nowNanoseconds) => throw new InvalidOperationException("A recovery decides nothing.");

    public JournalHeader Header(EngineState state) => header;

    public void Note(EngineState? before, SessionEvent happened, Step<EngineState> step, long nowNanoseconds)
    {
        if (before is not null && happened.Event is ArcEnded e)
        {
            var device = before.Plan.Devices[e.Device];
            notices.Send(new ArcRun(device.Name, device.Offer(e.Side).DeviceClass, e.Side, e.Arc, e.Result, before.IsInBlackout) { MigrationId = notices.MigrationId, At = notices.Now });
        }
    }
}
