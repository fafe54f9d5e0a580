using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Writes a migration down: notices for observers, evidence, and what became of the predicted terms.</summary>
internal sealed class SessionScribe(MigrationRequest request, MigrationPlan plan, DeviceSnapshots snapshots, EvidenceNotes evidence, SessionNotices notices) : ISessionScribe
{
    private readonly TransferResult?[] _streams = new TransferResult?[plan.Devices.Length];

    /// <summary>The arcs inside the last blackout.</summary>
    public List<ArcRun> BlackoutArcs { get; } = [];

    /// <summary>What each device's stream carried in the stop phase.</summary>
    public Dictionary<string, long> StreamBytes { get; } = [];

    /// <summary>The transfer of the stop phase, all devices together; null before it is complete.</summary>
    public TransferSample? Transfer { get; private set; }

    public SwitchoverEvaluator Evaluator(EngineState state, long nowNanoseconds) => snapshots.Evaluator(state, nowNanoseconds);

    public JournalHeader Header(EngineState state) => new(
        request.MigrationId,
        request.Machine,
        notices.Now,
        [.. plan.OnFailure.Select(action => action.ToString().ToLowerInvariant())],
        [.. plan.Devices.Select((device, i) => new JournalDevice(
            device.Name,
            Endpoint(device.SourceAddress, state.Sources[i], device.Source),
            Endpoint(device.DestinationAddress, state.Destinations[i], device.Destination)))]);

    public void Note(EngineState? before, SessionEvent happened, Step<EngineState> step, long nowNanoseconds)
    {
        if (before is not null)
        {
            NoteEvent(before, happened, step.State);
        }

        foreach (var command in step.Commands)
        {
            if (command is ReportDecision { Decision: var gate })
            {
                NoteDecision(gate, step.State.IsInBlackout);
            }
        }

        if (before?.Phase != step.State.Phase)
        {
            notices.Send(new PhaseEntered(step.State.Phase) { MigrationId = notices.MigrationId, At = notices.Now });
        }

        if (before is { IsInBlackout: false } && step.State.IsInBlackout)
        {
            BlackoutArcs.Clear();
        }
    }

    private static JournalEndpoint Endpoint(string address, Participant participant, DeviceOffer offer) =>
        new(address, participant.Found!.Value, offer.DeviceClass, offer.Capabilities, offer.OffersReset);

    private void NoteEvent(EngineState before, SessionEvent happened, EngineState after)
    {
        switch (happened.Event)
        {
            case ArcEnded e:
                NoteArc(e, before.IsInBlackout);
                break;
            case Surveyed e when happened.Transfer is { Bytes: > 0 } moved:
                NoteMove(e.Device, TransferPhase.PreCopy, moved);
                var device = plan.Devices[e.Device];
                evidence.Note(new TransferSample(
                    $"{device.Source.DeviceClass}->{device.Destination.DeviceClass}", TransferPhase.PreCopy, moved.Bytes,
                    moved.UntilFirstByte, moved.Took - moved.UntilFirstByte, notices.Now));
                break;
            case StreamLoaded e when happened.Transfer is { } moved:
                NoteMove(e.Device, TransferPhase.StopCopy, moved);
                evidence.Note(new StateSizeSample(plan.Devices[e.Device].Source.DeviceClass, after.Streams[e.Device].ExpectedBytes, e.Bytes, notices.Now));
                _streams[e.Device] = moved;
                StreamBytes[plan.Devices[e.Device].Name] = e.Bytes;
                NoteTransfer();
                break;
        }
    }

    private void NoteArc(ArcEnded e, bool isInBlackout)
    {
        var device = plan.Devices[e.Device];
        var deviceClass = device.Offer(e.Side).DeviceClass;
        var run = new ArcRun(device.Name, deviceClass, e.Side, e.Arc, e.Result, isInBlackout) { MigrationId = notices.MigrationId, At = notices.Now };
        if (isInBlackout)
        {
            BlackoutArcs.Add(run);
        }

        evidence.Note(new ArcSample(device.Name, deviceClass, e.Arc, e.Result.Took, e.Result.Outcome, run.At));
        notices.Send(run);
    }

    private void NoteMove(int device, TransferPhase phase, TransferResult moved) => notices.Send(
        new StreamMoved(plan.Devices[device].Name, phase, moved.Bytes, moved.UntilFirstByte, moved.Took) { MigrationId = notices.MigrationId, At = notices.Now });

    /// <summary>All streams together are one transfer: it begins when the last device could be read, and ends with the last byte loaded.</summary>
    private void NoteTransfer()
    {
        if (Array.Exists(_streams, s => s is null))
        {
            return;
        }

        var last = _streams.MaxBy(s => s!.StartNanoseconds)!;
        var end = _streams.Max(s => s!.EndNanoseconds);
        Transfer = new TransferSample(
            plan.Link, TransferPhase.StopCopy, _streams.Sum(s => s!.Bytes), last.UntilFirstByte, SessionClock.Between(last.FirstByteNanoseconds, end), notices.Now);
        evidence.Note(Transfer);
    }

    /// <summary>Inside the blackout only numbers are put together: a full explanation can wait until the guest runs.</summary>
    private void NoteDecision(GateDecision gate, bool isInBlackout)
    {
        var decision = gate.Decision;
        var reason = isInBlackout ? ShortReason(decision) : gate.Evaluator.Explain(decision, gate.Moment).Reason;
        notices.Send(new Decided(
            gate.Gate, decision.Verdict, decision.Method, SessionClock.Span(decision.P50Seconds), SessionClock.Span(decision.BoundSeconds), plan.Limit ?? TimeSpan.Zero, reason)
        {
            MigrationId = notices.MigrationId,
            At = notices.Now,
        });
    }

    private string ShortReason(Decision decision)
    {
        var limit = plan.Limit is { } l ? Quantity.Format(l) : "none";
        var bound = SessionClock.Span(decision.BoundSeconds) is { } b ? $"{Quantity.Format(b)}{(decision.IsRecalibrating ? ", recalibrating," : "")}" : "unknown";
        return plan.Mode == MigrationMode.Rehearsal
            ? $"Rehearsal: going on whatever the bound ({bound}) and the limit ({limit})."
            : decision.Verdict == Verdict.Commit
                ? $"The bound of {bound} fits the limit of {limit}."
                : $"The bound is {bound}, and the limit of {limit} would not be kept.";
    }
}
