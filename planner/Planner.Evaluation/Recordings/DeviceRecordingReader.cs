using Planner.Documents;
using Planner.Measurements;

namespace Planner.Evaluation;

/// <summary>
/// Reads the steps of sessions with devices: <c>{"t":…, "migration": {…}}</c> where one begins, <c>{"t":…, "decision": {"gate": 1, "snapshot": {…}}}</c>,
/// <c>{"t":…, "transfer": {…}}</c>, and <c>{"t":…, "ended": {"outcome": "completed", "pausedSeconds": …}}</c>.
/// </summary>
/// <param name="name">The recording's name.</param>
internal sealed class DeviceRecordingReader(string name)
{
    private readonly List<DeviceRecording> _sessions = [];
    private List<RecordedDecision> _decisions = [];
    private double? _began;

    /// <summary>Takes a step of a session; false for another line.</summary>
    /// <exception cref="DocumentException">It is none that can be.</exception>
    public bool TryTake(RecordingFields line)
    {
        if (line.Object("decision") is { } decision)
        {
            TakeDecision(decision);
        }
        else if (line.Object("ended") is { } ended)
        {
            End(ended.Text("outcome") ?? throw line.Problem("\"ended\" lacks \"outcome\""), ended.Required("pausedSeconds", ValueLimits.LongestSeconds, "ended"), line.Number("t") - _began);
        }
        else if (line.Object("migration") is not null)
        {
            // A session that was killed has no end of its own.
            End(null, null, null);
            _began = line.Number("t");
        }
        else
        {
            return line.Object("transfer") is not null;
        }

        return true;
    }

    /// <summary>The sessions of which a decision is known, numbered if there are several.</summary>
    public IReadOnlyList<DeviceRecording> Finish()
    {
        End(null, null, null);
        return _sessions.Count > 1 ? [.. _sessions.Select((s, i) => s with { Name = $"{name}#{i + 1}" })] : _sessions;
    }

    private void TakeDecision(RecordingFields decision)
    {
        if (decision.Missing("gate", "snapshot") is { } missing)
        {
            throw decision.Problem($"the decision lacks \"{missing}\"");
        }

        // A decision is repeated from its snapshot to the digit, so it is read as strictly as 'decide' does.
        if (decision.Number("gate", 2) is { } gate)
        {
            try
            {
                _decisions.Add(new RecordedDecision((int)gate, DecisionJson.ReadSnapshot(decision.Json("snapshot")!, "snapshot")));
            }
            catch (DocumentException e)
            {
                throw decision.Problem(e.Message);
            }
        }
    }

    private void End(string? outcome, double? pausedSeconds, double? endedSeconds)
    {
        if (_decisions.Count > 0)
        {
            _sessions.Add(new DeviceRecording { Name = name, Decisions = _decisions, Outcome = outcome, PausedSeconds = pausedSeconds, EndedSeconds = endedSeconds });
            _decisions = [];
        }
    }
}
