using System.Collections.Concurrent;
using System.Diagnostics;
using Planner.Measurements;

namespace Planner.Telemetry;

/// <summary>
/// Tells OpenTelemetry what happens in migrations: one span a migration with a child for every phase, which has a child for
/// every arc and every stream, and the instruments of <see cref="MigrationInstruments"/>. Attributes have the namespace <c>vm.migration</c>, since the
/// conventions know none for live migration.
/// </summary>
/// <remarks>Nothing here waits: spans and values are handed to memory, and exporters take them from there.
/// Several sessions may share one instance.</remarks>
public sealed class MigrationTelemetry : ISessionObserver, IDisposable
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "Planner.Migration";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly ConcurrentDictionary<string, Running> _running = new();

    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        switch (notice)
        {
            case MigrationStarted started:
                Begin(started);
                break;
            case PhaseEntered entered:
                EnterPhase(entered);
                break;
            case Decided decided:
                MigrationInstruments.Record(decided);
                Decide(decided);
                break;
            case ArcRun run:
                MigrationInstruments.Record(run);
                AddArc(run);
                break;
            case StreamMoved moved:
                MigrationInstruments.Record(moved);
                AddStream(moved);
                break;
            case MigrationEnded ended:
                End(ended);
                break;
        }
    }

    /// <summary>Ends the spans of sessions that never said how they ended.</summary>
    public void Dispose()
    {
        foreach (var id in _running.Keys)
        {
            if (_running.TryRemove(id, out var running))
            {
                EndArcs(running);
                running.Phase?.Stop();
                running.Span?.SetStatus(ActivityStatusCode.Error, "the session did not say how it ended");
                running.Span?.Stop();
            }
        }
    }

    private void Begin(MigrationStarted started)
    {
        var caller = Activity.Current;
        var span = Source.StartActivity(
            "migration",
            ActivityKind.Internal,
            parentContext: default,
            new ActivityTagsCollection
            {
                ["vm.migration.id"] = started.MigrationId,
                ["vm.migration.machine"] = started.Machine,
                ["vm.migration.source"] = started.Source,
                ["vm.migration.destination"] = started.Destination,
                ["vm.migration.sla.class"] = started.SlaClass,
                ["vm.migration.blackout.limit"] = started.Limit.TotalSeconds,
            },
            startTime: started.At);

        // The span belongs to the session, not to the thread that happens to tell of it.
        Activity.Current = caller;
        _running[started.MigrationId] = new Running(span, started.SlaClass);
    }

    private void EnterPhase(PhaseEntered entered)
    {
        if (!_running.TryGetValue(entered.MigrationId, out var running) || running.Span is not { } span)
        {
            return;
        }

        var word = MigrationInstruments.Word(entered.Phase);
        span.AddEvent(new ActivityEvent("phase", entered.At, new ActivityTagsCollection { ["vm.migration.phase"] = word }));
        EndPhase(running, entered.At);
        var caller = Activity.Current;
        running.Phase = Source.StartActivity($"phase {word}", ActivityKind.Internal, span.Context, new ActivityTagsCollection { ["vm.migration.phase"] = word }, startTime: entered.At);
        Activity.Current = caller;
    }

    private static void EndPhase(Running running, DateTimeOffset at)
    {
        var caller = Activity.Current;
        running.Phase?.SetEndTime(at.UtcDateTime);
        running.Phase?.Stop();
        running.Phase = null;
        Activity.Current = caller;
    }

    // With what was foretold of each, which is asked for only now: in a blackout nobody has the time.
    private static void EndArcs(Running running)
    {
        var foretold = running.Arcs.Count > 0 ? running.Terms.OrderByDescending(t => t.Key).SelectMany(t => t.Value?.Invoke() ?? []).ToList() : [];
        foreach (var (span, run) in running.Arcs)
        {
            span.SetTag("vm.migration.arc.predicted", foretold.FirstOrDefault(t => t.Device == run.Device && t.Term == span.DisplayName)?.P50?.TotalSeconds);
            span.Stop();
        }

        running.Arcs.Clear();
    }

    // What is foretold last before the guest stops is what is compared with what came.
    private void Decide(Decided decided)
    {
        if (!_running.TryGetValue(decided.MigrationId, out var running) || running.Span is not { } span)
        {
            return;
        }

        running.Terms[decided.Gate] = decided.Terms;
        span.AddEvent(new ActivityEvent("decision", decided.At, Tags(decided)));
        span.SetTag("vm.migration.blackout.predicted", decided.P50?.TotalSeconds);
        span.SetTag("vm.migration.blackout.bound", decided.Bound?.TotalSeconds);
    }

    private void AddArc(ArcRun run)
    {
        if (Child(run, $"arc {run.Arc}", run.Result.Took) is not { } span)
        {
            return;
        }

        _running[run.MigrationId].Arcs.Add((span, run));
        span.SetTag("vm.migration.arc", run.Arc.ToString());
        span.SetTag("vm.migration.arc.duration", run.Result.Took.TotalSeconds);
        span.SetTag("vm.migration.device", run.Device);
        span.SetTag("vm.migration.device.class", run.DeviceClass);
        span.SetTag("vm.migration.side", MigrationInstruments.Word(run.Side));
        span.SetTag("vm.migration.in_blackout", run.InBlackout);
        span.SetTag("vm.migration.arc.outcome", MigrationInstruments.Word(run.Result.Outcome));
        span.SetTag("vm.migration.state", run.Result.State?.Name());
        if (run.Result.Outcome is ArcOutcome.Failed or ArcOutcome.Unknown)
        {
            var error = run.Result.Errno == Errno.None ? MigrationInstruments.Word(run.Result.Outcome) : run.Result.Errno.ToString();
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error, error);
        }
    }

    private void AddStream(StreamMoved moved)
    {
        using var span = Child(moved, "stream", moved.Took);
        span?.SetTag("vm.migration.device", moved.Device);
        span?.SetTag("vm.migration.phase", MigrationInstruments.Word(moved.Phase));
        span?.SetTag("vm.migration.transfer.bytes", moved.Bytes);
        span?.SetTag("vm.migration.transfer.until_first_byte", moved.UntilFirstByte.TotalSeconds);
    }

    private void End(MigrationEnded ended)
    {
        _running.TryRemove(ended.MigrationId, out var running);
        MigrationInstruments.Record(ended, running?.SlaClass ?? "");
        if (running?.Span is not { } span)
        {
            return;
        }

        EndPhase(running, ended.At);
        EndArcs(running);
        span.SetTag("vm.migration.outcome", MigrationInstruments.Word(ended.Outcome));
        span.SetTag("vm.migration.limit.exceeded", ended.IsOverLimit);
        span.SetTag("vm.migration.blackout.duration", ended.Blackout.TotalSeconds);
        span.SetTag("vm.migration.reason", ended.Reason);
        if (ended.IsOverLimit || ended.Outcome is MigrationOutcome.Recovered or MigrationOutcome.NeedsPerson)
        {
            span.SetStatus(ActivityStatusCode.Error, ended.Reason);
        }

        span.SetEndTime(ended.At.UtcDateTime);
        span.Stop();
    }

    // A child that is over when it is heard of; disposing it hands it on.
    private Activity? Child(SessionNotice notice, string name, TimeSpan took)
    {
        if (!_running.TryGetValue(notice.MigrationId, out var running) || (running.Phase ?? running.Span) is not { } parent)
        {
            return null;
        }

        var span = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: notice.At - took);
        span?.SetEndTime(notice.At.UtcDateTime);
        return span;
    }

    private static ActivityTagsCollection Tags(Decided decided) => new()
    {
        ["vm.migration.gate"] = decided.Gate,
        ["vm.migration.verdict"] = MigrationInstruments.Word(decided.Verdict),
        ["vm.migration.method"] = decided.Method is { } method ? MigrationInstruments.Word(method) : null,
        ["vm.migration.blackout.p50"] = decided.P50?.TotalSeconds,
        ["vm.migration.blackout.bound"] = decided.Bound?.TotalSeconds,
        ["vm.migration.reason"] = decided.Reason,
    };

    private sealed record Running(Activity? Span, string SlaClass)
    {
        /// <summary>The span of the phase that it is in; null before the first.</summary>
        public Activity? Phase { get; set; }

        /// <summary>The spans of arcs, which wait for what was foretold of them.</summary>
        public List<(Activity Span, ArcRun Run)> Arcs { get; } = [];

        /// <summary>By gate: says what its last decision foretold. The second foretells nothing of what is already done.</summary>
        public Dictionary<int, Func<IReadOnlyList<ForetoldTerm>>?> Terms { get; } = [];
    }
}
