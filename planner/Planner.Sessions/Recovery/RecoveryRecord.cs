using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Tells observers what a recovery does. It measures nothing: arcs after a crash are like no others.</summary>
internal sealed class RecoveryRecord(JournalHeader header, SessionServices services) : ISessionRecord<EngineState>
{
    private readonly SessionNotices _notices = new(header.MigrationId, services.Clock, services.Observers);

    public JournalHeader Header(EngineState state) => header;

    public void Note(EngineState? before, SessionEvent happened, Step<EngineState> step)
    {
        if (before is not null && happened.Event is ArcEnded e)
        {
            var device = before.Plan.Devices[e.Device];
            _notices.Send(new ArcRun(device.Name, device.Offer(e.Side).DeviceClass, e.Side, e.Arc, e.Result, before.IsInBlackout) { MigrationId = header.MigrationId, At = _notices.Now });
        }
    }
}
