using System.Text.Json;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Writes the arcs of a session as JSON lines that <c>planner replay</c> reads:
/// <c>{"t":…, "device":…, "class":…, "from":"RUNNING_P2P", "to":"STOP", "seconds":…, "outcome":"ok"}</c>.</summary>
/// <remarks>Lines are gathered in memory and written when the session is over: nothing waits for a disk inside the blackout.</remarks>
public sealed class SessionRecorder : ISessionObserver, IDisposable
{
    private readonly Stream _output;
    private readonly MemoryStream _lines = new();
    private DateTimeOffset? _started;
    private TimeSpan _latest;

    /// <summary>Makes a recorder.</summary>
    /// <param name="output">Where the lines go; disposed with the recorder.</param>
    public SessionRecorder(Stream output) => _output = output;

    /// <summary>Why the recording is incomplete, in one sentence; null if it is not.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        _started ??= notice.At;
        switch (notice)
        {
            case ArcRun run:
                // A clock that is set back must not make a recording that no reader takes.
                _latest = notice.At - _started.Value > _latest ? notice.At - _started.Value : _latest;
                Write(run, _latest);
                break;
            case MigrationEnded:
                Flush();
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush();
        _output.Dispose();
    }

    private static string Word(ArcOutcome outcome) => outcome switch
    {
        ArcOutcome.Completed => "ok",
        ArcOutcome.CompletedLate => "late",
        ArcOutcome.Refused => "refused",
        ArcOutcome.AbortedInFlight => "aborted",
        ArcOutcome.Failed => "failed",
        _ => "unknown",
    };

    private void Write(ArcRun run, TimeSpan at)
    {
        using (var json = new Utf8JsonWriter(_lines))
        {
            json.WriteStartObject();
            json.WriteNumber("t", at.TotalSeconds);
            json.WriteString("device", run.Device);
            json.WriteString("class", run.DeviceClass);
            json.WriteString("from", run.Arc.From.Name());
            json.WriteString("to", run.Arc.To.Name());
            json.WriteNumber("seconds", run.Result.Took.TotalSeconds);
            json.WriteString("outcome", Word(run.Result.Outcome));
            json.WriteEndObject();
        }

        _lines.WriteByte((byte)'\n');
    }

    private void Flush()
    {
        try
        {
            _lines.WriteTo(_output);
            _output.Flush();
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // .NET's word for EFBIG, a file-size limit, is an argument out of range.
            Trouble ??= $"The recording is incomplete ({e.Message.TrimEnd('.')}); make room and record again.";
        }

        _lines.SetLength(0);
    }
}
