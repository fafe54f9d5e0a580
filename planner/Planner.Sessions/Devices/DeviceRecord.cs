using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>The record of a session that walks devices: every arc and every stream is told and becomes evidence.</summary>
internal sealed class DeviceRecord(DeviceMigrationRequest request, MigrationPlan plan, DeviceSnapshots snapshots, EvidenceNotes evidence, SessionServices services)
    : SessionRecord<EngineState>(
        request, services, Side(plan, services, d => (d.SourceAddress, d.Source)), Side(plan, services, d => (d.DestinationAddress, d.Destination)))
{
    private readonly TransferResult?[] _streams = new TransferResult?[plan.Devices.Length];
    private readonly List<ArcRun> _blackoutArcs = [];
    private readonly Dictionary<string, long> _streamBytes = [];
    private TransferSample? _transfer;
    private readonly Func<bool?>? _lookAtHost = services.HostIsBusy;
    private bool? _hostIsBusy;

    /// <summary>Recalls what is known about the machine's devices, and asks what they say themselves.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="DeviceException">A device is gone.</exception>
    public static DeviceRecord Open(DeviceMigrationRequest request, MigrationPlan plan, SessionServices services)
    {
        var started = services.Clock.GetUtcNow();
        var memory = new EvidenceMemory();
        EvidenceLoader.Recall(memory, plan, request.Policy, services.Store);
        var snapshots = new DeviceSnapshots(plan, HypervisorKnowledge.Terms(request.Policy, request.ErrorBudgetRemaining), memory);
        var trouble = services.Models is { } models ? EvidenceLoader.RecallModel(snapshots, models) : null;
        EvidenceLoader.AskWorstCases(snapshots, plan, request.Devices);
        return new DeviceRecord(request, plan, snapshots, new EvidenceNotes(memory), services) { Started = started, Trouble = trouble };
    }

    /// <summary>What decides now.</summary>
    /// <exception cref="InvalidSnapshotException">Something is known that cannot be.</exception>
    public SwitchoverEvaluator Evaluator(EngineState state, long nowNanoseconds)
    {
        _hostIsBusy = _lookAtHost?.Invoke();
        snapshots.HostIsBusy = _hostIsBusy ?? false;
        return snapshots.Evaluator(state, nowNanoseconds);
    }

    public override JournalHeader Header(EngineState state) => new(
        request.MigrationId,
        request.Machine,
        Notices.Now,
        [.. plan.OnFailure.Select(action => action.ToString().ToLowerInvariant())],
        [.. plan.Devices.Select((device, i) => new JournalDevice(
            device.Name,
            Endpoint(device.SourceAddress, state.Sources[i], device.Source),
            Endpoint(device.DestinationAddress, state.Destinations[i], device.Destination)))],
        SlaClass: request.Policy.Name,
        Limit: state.Promise);

    protected override void NoteEvent(EngineState before, SessionEvent happened, EngineState after)
    {
        switch (happened.Event)
        {
            case ArcEnded e:
                NoteArc(e, before.IsInBlackout);
                break;
            case Surveyed e when plan.Mode != MigrationMode.Shadow && happened.Transfer is { Bytes: > 0 } moved:
                NoteMove(e.Device, TransferPhase.PreCopy, moved);
                var device = plan.Devices[e.Device];
                evidence.Note(new TransferSample(
                    $"{device.Source.DeviceClass}->{device.Destination.DeviceClass}", TransferPhase.PreCopy, moved.Bytes,
                    moved.UntilFirstByte, moved.Took - moved.UntilFirstByte, Notices.Now));
                break;
            case StreamLoaded e when happened.Transfer is { } moved:
                NoteMove(e.Device, TransferPhase.StopCopy, moved);
                evidence.Note(new StateSizeSample(plan.Devices[e.Device].Source.DeviceClass, after.Streams[e.Device].ExpectedBytes, e.Bytes, Notices.Now));
                if (plan.Devices[e.Device].UsesPreCopy)
                {
                    evidence.Note(new StateSizeSample(DeviceKeys.PreCopyClass(plan.Devices[e.Device].Source.DeviceClass), null, after.Streams[e.Device].FirstSetBytes, Notices.Now));
                }

                _streams[e.Device] = moved;
                _streamBytes[plan.Devices[e.Device].Name] = e.Bytes;
                NoteTransfer();
                break;
        }

        if (!before.IsInBlackout && after.IsInBlackout)
        {
            _blackoutArcs.Clear();
        }

        Score(ScoredPause.OfEnded(before, after));
    }

    /// <summary>Inside the blackout only numbers are put together: a full explanation can wait until the guest runs.</summary>
    protected override string Reason(GateDecision gate, EngineState state) => state.IsInBlackout ? ShortReason(gate.Decision) : base.Reason(gate, state);

    protected override SessionEnding Ending(EngineState state, long endedNanoseconds)
    {
        Score(ScoredPause.OfOpen(state, endedNanoseconds));
        return new SessionEnding(
            state.FirstGate, state.SecondGate, evidence.Batch,
            terms => TermOutcomes.Compare(terms, _blackoutArcs, _transfer, _streamBytes))
        {
            Scores = evidence.Scores,
            Traffic = new AttemptTraffic
            {
                PreCopyBytes = state.Streams.Sum(s => s.PreCopiedBytes),
                StopBytes = state.Streams.Any(s => s.StopCopiedBytes is not null) ? state.Streams.Sum(s => s.StopCopiedBytes ?? 0) : null,
                StopBytesPerSecond = _transfer is { Moving.Ticks: > 0 } moved ? moved.Bytes / moved.Moving.TotalSeconds : null,
            },
        };
    }

    private static AttemptSide Side(MigrationPlan plan, SessionServices services, Func<DevicePlan, (string Address, DeviceOffer Offer)> side) => new(
        services.Host, string.Join(", ", plan.Devices.Select(d => side(d).Address)), string.Join('+', plan.Devices.Select(d => side(d).Offer.DeviceClass).Order(StringComparer.Ordinal)));

    private static JournalEndpoint Endpoint(string address, Participant participant, DeviceOffer offer) =>
        new(address, participant.Found!.Value, offer.DeviceClass, offer.Capabilities, offer.OffersReset != Answer.No);

    private void NoteArc(ArcEnded e, bool isInBlackout)
    {
        var device = plan.Devices[e.Device];
        var deviceClass = device.Offer(e.Side).DeviceClass;
        var run = new ArcRun(device.Name, deviceClass, e.Side, e.Arc, e.Result, isInBlackout) { MigrationId = request.MigrationId, At = Notices.Now };
        if (isInBlackout)
        {
            _blackoutArcs.Add(run);
        }

        evidence.Note(new ArcSample(device.Name, deviceClass, e.Arc, e.Result.Took, e.Result.Outcome, run.At));
        Notices.Send(run);
    }

    private void NoteMove(int device, TransferPhase phase, TransferResult moved) => Notices.Send(
        new StreamMoved(plan.Devices[device].Name, phase, moved.Bytes, moved.UntilFirstByte, moved.Took) { MigrationId = request.MigrationId, At = Notices.Now });

    /// <summary>All streams together are one transfer: it begins when the last device could be read, and ends with the last byte loaded.</summary>
    private void NoteTransfer()
    {
        if (Array.Exists(_streams, s => s is null))
        {
            return;
        }

        var last = _streams.MaxBy(s => s!.StartNanoseconds)!;
        var end = _streams.Max(s => s!.EndNanoseconds);
        _transfer = new TransferSample(
            plan.Link, TransferPhase.StopCopy, _streams.Sum(s => s!.Bytes), last.UntilFirstByte, MonotonicTime.Between(last.FirstByteNanoseconds, end), Notices.Now);
        evidence.Note(_transfer);
    }

    private void Score(IEnumerable<ScoredPause> pauses)
    {
        var isRehearsal = plan.Mode == MigrationMode.Rehearsal;
        foreach (var pause in pauses)
        {
            evidence.Note(new BlackoutSample(
                plan.Key.Text,
                isRehearsal ? "" : request.Policy.Name,
                isRehearsal ? BlackoutKind.Rehearsal : BlackoutKind.Commit,
                pause.Span,
                TimeSpan.FromSeconds(pause.PredictedSeconds),
                pause.Actual,
                Notices.Now)
            {
                IsCutOff = pause.IsCutOff,
                HostWasBusy = _hostIsBusy,
            });
        }
    }

    private string ShortReason(Decision decision)
    {
        var known = Span(decision.BoundSeconds);
        var (bound, limit) = (known, plan.Limit) is ({ } b, { } l)
            ? Quantity.FormatAgainst(b, l, isBound: true)
            : (known is { } alone ? Quantity.FormatUp(alone) : "unknown", plan.Limit is { } given ? Quantity.Format(given) : "none");
        bound += known is not null && decision.IsRecalibrating ? ", recalibrating," : "";
        return plan.Mode == MigrationMode.Rehearsal
            ? $"Rehearsal: going on whatever the bound ({bound}) and the limit ({limit})."
            : decision.Verdict == Verdict.Commit
                ? $"The bound of {bound} fits the limit of {limit}."
                : $"The bound is {bound}, and the limit of {limit} would not be kept.";
    }
}
