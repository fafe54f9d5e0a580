namespace Planner.Measurements;

/// <summary>Is told what happens in a migration session: progress display, telemetry, recordings.</summary>
/// <remarks>Called from the session's own thread, in order, and also inside the blackout: an observer must not block.</remarks>
public interface ISessionObserver
{
    /// <summary>Takes one notice.</summary>
    void On(SessionNotice notice);
}
