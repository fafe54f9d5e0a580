using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>
/// Drives the engine of a real session over simulated devices in virtual time, on one thread. Nothing waits and nothing is
/// random but the seeds, so the same inputs give the same run to the nanosecond.
/// </summary>
internal sealed class VirtualMigration
{
    private const int ChunkBytes = 256 * 1024;
    private const long RoundLimitNanoseconds = 1_000_000_000;

    // The journal's sync and the building of tables take time before the commit; the machine runs meanwhile.
    private const long SyncNanoseconds = 2_000_000;
    private const long PreparationNanoseconds = 200_000;

    private readonly PriorityQueue<EngineEvent, (long At, long Order)> _events = new();
    private readonly MigrationPlan _plan;
    private readonly SimulatedDeviceModel[] _sources;
    private readonly SimulatedDeviceModel[] _destinations;
    private readonly DeviceSnapshots _snapshots;
    private readonly EvidenceMemory _memory;
    private readonly (long Start, long FirstByte, long End, long Bytes)?[] _streams;
    private readonly byte[] _buffer = new byte[ChunkBytes];
    private readonly List<GateDecision> _decisions = [];
    private readonly List<string> _broken = [];
    private long _order;
    private long _now;

    /// <summary>Makes a migration.</summary>
    /// <param name="plan">What is intended.</param>
    /// <param name="sources">The source devices.</param>
    /// <param name="destinations">The destination devices.</param>
    /// <param name="snapshots">What decides.</param>
    /// <param name="memory">What is known; what is measured is added to it.</param>
    /// <param name="startNanoseconds">The virtual moment of the start; at least 0, and not before the devices' last use.</param>
    public VirtualMigration(
        MigrationPlan plan,
        IReadOnlyList<SimulatedDeviceModel> sources,
        IReadOnlyList<SimulatedDeviceModel> destinations,
        DeviceSnapshots snapshots,
        EvidenceMemory memory,
        long startNanoseconds)
    {
        _plan = plan;
        _sources = [.. sources];
        _destinations = [.. destinations];
        _snapshots = snapshots;
        _memory = memory;
        _streams = new (long, long, long, long)?[_sources.Length];
        _now = startNanoseconds;
    }

    /// <summary>Looks at every decision just after it was made, before anything follows from it: the devices can be asked for the truth.</summary>
    public Action<GateDecision, long>? OnDecision { get; init; }

    /// <summary>When somebody asks to give up, in virtual nanoseconds; null for never.</summary>
    public long? CancelAtNanoseconds { get; init; }

    /// <summary>Runs to the end.</summary>
    public VirtualOutcome Run()
    {
        if (CancelAtNanoseconds is { } cancel)
        {
            Post(cancel, new CancelRequested());
        }

        var step = MigrationEngine.Start(_plan, _now);
        while (true)
        {
            var end = (EndSession?)null;
            foreach (var command in step.Commands)
            {
                end ??= Carry(command, step.State);
            }

            if (end is not null)
            {
                return Outcome(step.State, end);
            }

            if (!_events.TryDequeue(out var happened, out var when))
            {
                throw new InvalidOperationException($"the engine waits for nothing in {step.State.Stage}");
            }

            _now = Math.Max(_now, when.At);
            Note(happened, step.State);
            var before = step.State;
            step = MigrationEngine.Advance(before, happened, _now);
            Score(ScoredPause.OfEnded(before, step.State));
        }
    }

    private SimulatedDeviceModel Model(MigrationSide side, int device) => (side == MigrationSide.Source ? _sources : _destinations)[device];

    private void Post(long at, EngineEvent happened) => _events.Enqueue(happened, (at, _order++));

    private EndSession? Carry(EngineCommand command, EngineState state)
    {
        switch (command)
        {
            case RunArc c:
                var plan = Model(c.Side, c.Device).Begin(c.Arc.To, _now, c.DeadlineNanoseconds);
                var took = TimeSpan.FromTicks((plan.EndNanoseconds - _now) / TimeSpan.NanosecondsPerTick);
                Post(plan.EndNanoseconds, new ArcEnded(c.Side, c.Device, c.Arc, new ArcResult(plan.Outcome, plan.FinalState, plan.Errno, took)));
                break;
            case QueryState c:
                Post(_now, new StateAnswered(c.Side, c.Device, Model(c.Side, c.Device).State, null));
                break;
            case ResetDevice c:
                Model(c.Side, c.Device).Reset();
                Post(_now, new ResetEnded(c.Side, c.Device, null));
                break;
            case Survey c:
                Survey(c.Device, isFirst: state.Streams[c.Device].PreCopiedBytes == 0);
                break;
            case StartStream c:
                Post(Move(c.Device, long.MaxValue, out var bytes), new StreamLoaded(c.Device, bytes));
                break;
            case PrepareEvaluation:
                Post(_now + PreparationNanoseconds, new EvaluationReady(_snapshots.Evaluator(state, _now)));
                break;
            case OpenJournal:
                Post(_now + SyncNanoseconds, new JournalOpened());
                break;
            case ReportDecision c:
                _decisions.Add(c.Decision);
                CheckDecision(c.Decision);
                OnDecision?.Invoke(c.Decision, _now);
                break;
            case WakeAt c:
                Post(c.WakeAtNanoseconds, new Woke(c.WakeAtNanoseconds));
                break;
            case EndSession c:
                return c;
            default:
                // A virtual journal needs no handover mark, and a stream is over as soon as it is begun.
                break;
        }

        return null;
    }

    private void Survey(int device, bool isFirst)
    {
        var model = _sources[device];
        var end = _now;
        var carried = 0L;
        PreCopyInfo? info = null;
        long? initialBytes = null;
        if (model.State == DeviceState.PreCopy)
        {
            initialBytes = isFirst ? model.PreCopyInfo(_now)?.InitialBytes : null;
            end = Move(device, _now + RoundLimitNanoseconds, out carried);
            info = model.PreCopyInfo(end);
        }

        Post(end, new Surveyed(device, carried, info, model.Profile.DataSize is null ? null : model.DataSizeBytes(end), initialBytes));
    }

    /// <summary>Reads and loads side by side until nothing comes or the time is over.</summary>
    /// <returns>When the last byte is loaded.</returns>
    private long Move(int device, long until, out long bytes)
    {
        var (read, loaded, firstByte) = (_now, _now, -1L);
        bytes = 0;
        while (read < until)
        {
            var step = _sources[device].Read(_buffer, read);
            read = step.EndNanoseconds;
            if (step.Count == 0)
            {
                break;
            }

            firstByte = firstByte < 0 ? read : firstByte;
            bytes += step.Count;
            loaded = _destinations[device].Write(_buffer.AsSpan(0, step.Count), Math.Max(read, loaded)).EndNanoseconds;
        }

        var end = Math.Max(read, loaded);
        if (until == long.MaxValue)
        {
            _streams[device] = (_now, firstByte < 0 ? end : firstByte, end, bytes);
        }

        return end;
    }

    private void Note(EngineEvent happened, EngineState before)
    {
        if (happened is ArcEnded arc)
        {
            var device = _plan.Devices[arc.Device];
            _memory.Add(new ArcSample(device.Name, device.Offer(arc.Side).DeviceClass, arc.Arc, arc.Result.Took, arc.Result.Outcome, default));
        }
        else if (happened is StreamLoaded stream)
        {
            _memory.Add(new StateSizeSample(_plan.Devices[stream.Device].Source.DeviceClass, before.Streams[stream.Device].ExpectedBytes, stream.Bytes, default));
            if (!Array.Exists(_streams, s => s is null))
            {
                NoteTransfer();
            }
        }
    }

    private void NoteTransfer()
    {
        var last = _streams.MaxBy(s => s!.Value.Start)!.Value;
        var end = _streams.Max(s => s!.Value.End);
        _memory.Add(new TransferSample(
            _plan.Link,
            TransferPhase.StopCopy,
            _streams.Sum(s => s!.Value.Bytes),
            Ticks(last.FirstByte - last.Start),
            Ticks(end - last.FirstByte),
            default));
    }

    /// <summary>The promise itself, checked apart from the code that makes the decision.</summary>
    private void CheckDecision(GateDecision gate)
    {
        var decision = gate.Decision;
        if (_plan.Mode == MigrationMode.Active && decision.Verdict == Verdict.Commit && !(decision.BoundSeconds <= _plan.Limit?.TotalSeconds))
        {
            _broken.Add($"gate {gate.Gate} committed although the bound of {decision.BoundSeconds} s does not fit");
        }
    }

    private VirtualOutcome Outcome(EngineState state, EndSession end)
    {
        var (source, destination) = (_sources.All(s => s.State.IsRunning()), _destinations.All(d => d.State.IsRunning()));
        switch (end.Outcome)
        {
            case MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit when !destination || _sources.Any(s => s.State.IsRunning()):
                _broken.Add("completed, but the machine does not run on the destination alone");
                break;
            case MigrationOutcome.Stayed when !source:
                _broken.Add("stayed, but a source device is stopped");
                break;
            case MigrationOutcome.Recovered when !source && !destination:
                _broken.Add("recovered, but the machine runs nowhere");
                break;
        }

        Score(ScoredPause.OfOpen(state, _now));
        return new VirtualOutcome(end.Outcome, end.Reason, Ticks(state.BlackoutNanoseconds(_now)), _now, [.. _decisions], [.. _broken]);
    }

    private void Score(IEnumerable<ScoredPause> pauses)
    {
        var kind = _plan.Mode == MigrationMode.Rehearsal ? BlackoutKind.Rehearsal : BlackoutKind.Commit;
        foreach (var pause in pauses)
        {
            _memory.Add(new BlackoutSample(_plan.Key.Text, "", kind, pause.Span, TimeSpan.FromSeconds(pause.PredictedSeconds), pause.Actual, default) { IsCutOff = pause.IsCutOff });
        }
    }

    private static TimeSpan Ticks(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
