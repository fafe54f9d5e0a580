using System.Text.Json;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Writes a session as JSON lines that <c>planner replay</c> reads: what a switchover rule needs, and every arc.</summary>
/// <remarks>
/// The lines are <c>{"t":…, "migration":{…}}</c>, <c>{"t":…, "decision":{"gate":1, "verdict":"commit", "snapshot":{…}}}</c> with all that the decision was made from,
/// <c>{"t":…, "transfer":{"device":…, "phase":"stopCopy", "bytes":…, "untilFirstByteSeconds":…, "seconds":…}}</c>,
/// <c>{"t":…, "device":…, "class":…, "from":"RUNNING_P2P", "to":"STOP", "seconds":…, "outcome":"ok"}</c> and
/// <c>{"t":…, "ended":{"outcome":"completed", "pausedSeconds":…}}</c>. Notices are gathered and written when the session is over: nothing waits for a disk inside the
/// blackout, and nothing is put into words there.
/// </remarks>
public sealed class SessionRecorder : ISessionObserver, IDisposable
{
    private const int MostDecisions = 1000;

    private readonly Stream _output;
    private readonly List<(TimeSpan At, SessionNotice Notice)> _notices = [];
    private DateTimeOffset? _started;
    private TimeSpan _latest;
    private int _decisions;

    /// <summary>Makes a recorder.</summary>
    /// <param name="output">Where the lines go; disposed with the recorder.</param>
    public SessionRecorder(Stream output) => _output = output;

    /// <summary>Why the recording is incomplete, in one sentence; null if it is not.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        _started ??= notice.At;
        if (notice is not (MigrationStarted or Decided or StreamMoved or ArcRun or MigrationEnded))
        {
            return;
        }

        // A clock that is set back must not make a recording that no reader takes.
        _latest = notice.At - _started.Value > _latest ? notice.At - _started.Value : _latest;
        if (notice is Decided && ++_decisions > MostDecisions)
        {
            Trouble ??= $"The recording holds the first {MostDecisions} decisions; the later ones were left out.";
        }
        else
        {
            _notices.Add((_latest, notice));
        }

        if (notice is MigrationEnded)
        {
            Flush();
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

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static void Write(Utf8JsonWriter json, SessionNotice notice)
    {
        switch (notice)
        {
            case MigrationStarted e:
                json.WriteStartObject("migration");
                json.WriteString("machine", e.Machine);
                json.WriteString("source", e.Source);
                json.WriteString("destination", e.Destination);
                json.WriteString("sla", e.SlaClass);
                json.WriteNumber("limitSeconds", e.Limit.TotalSeconds);
                json.WriteEndObject();
                break;
            case Decided e:
                json.WriteStartObject("decision");
                json.WriteNumber("gate", e.Gate);
                json.WriteString("verdict", Word(e.Verdict));
                json.WritePropertyName("snapshot");
                json.WriteRawValue(e.Input?.Invoke() ?? "{}");
                json.WriteEndObject();
                break;
            case StreamMoved e:
                json.WriteStartObject("transfer");
                json.WriteString("device", e.Device);
                json.WriteString("phase", Word(e.Phase));
                json.WriteNumber("bytes", e.Bytes);
                json.WriteNumber("untilFirstByteSeconds", e.UntilFirstByte.TotalSeconds);
                json.WriteNumber("seconds", e.Took.TotalSeconds);
                json.WriteEndObject();
                break;
            case ArcRun e:
                json.WriteString("device", e.Device);
                json.WriteString("class", e.DeviceClass);
                json.WriteString("from", e.Arc.From.Name());
                json.WriteString("to", e.Arc.To.Name());
                json.WriteNumber("seconds", e.Result.Took.TotalSeconds);
                json.WriteString("outcome", Word(e.Result.Outcome));
                break;
            case MigrationEnded e:
                json.WriteStartObject("ended");
                json.WriteString("outcome", Word(e.Outcome));
                json.WriteNumber("pausedSeconds", e.Blackout.TotalSeconds);
                json.WriteEndObject();
                break;
        }
    }

    private void Flush()
    {
        try
        {
            foreach (var (at, notice) in _notices)
            {
                using (var json = new Utf8JsonWriter(_output))
                {
                    json.WriteStartObject();
                    json.WriteNumber("t", at.TotalSeconds);
                    Write(json, notice);
                    json.WriteEndObject();
                }

                _output.WriteByte((byte)'\n');
            }

            _output.Flush();
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // .NET's word for EFBIG, a file-size limit, is an argument out of range.
            Trouble ??= $"The recording is incomplete ({e.Message.TrimEnd('.')}); make room and record again.";
        }

        _notices.Clear();
    }
}
