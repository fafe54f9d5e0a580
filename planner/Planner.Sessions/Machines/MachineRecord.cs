using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>The record of a session by hypervisors, which also judges the moments of pre-copy.</summary>
internal sealed class MachineRecord(MachineMigrationRequest request, SwitchoverJudge judge, IReadOnlyList<string> settings, SessionServices services)
    : SessionRecord<HypervisorState>(request, services, Side(request.Source, services), Side(request.Destination, services))
{
    /// <summary>What the source says it sent while the guest was stopped, in bytes; null if it did not say.</summary>
    public long? StopPhaseBytes { get; private set; }

    /// <summary>What it says it sent of the passed-through devices' state since it was last asked in pre-copy, in bytes; null if it did not say.</summary>
    public long? DeviceStopBytes { get; private set; }

    /// <summary>The state of devices that was expected at the last look, in bytes; 0 if nothing was known.</summary>
    public long ExpectedDeviceBytes => judge.DeviceStateBytes;

    /// <summary>What pre-copy sent at before the guest stopped, in bytes per second; NaN if it is not known.</summary>
    public double PreCopyBytesPerSecond => judge.BytesPerSecond;

    /// <summary>What pre-copy has sent, in bytes.</summary>
    public long SentBytes { get; private set; }

    private readonly Func<bool?>? _lookAtHost = HypervisorKnowledge.HostOf(request.Source, services.Host) == services.Host ? services.HostIsBusy : null;
    private readonly long _startedNanoseconds = services.Clock.NowNanoseconds();
    private long _deviceSentBytes;
    private int? _throttlePercent;

    public override JournalHeader Header(HypervisorState state)
    {
        const MigrationCapabilities flags = MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy;
        JournalEndpoint Endpoint(IHypervisor machine, DeviceState found, string kept) => new(machine.Address, found, machine.Offer.MachineClass, flags, OffersReset: false, kept, machine.Offer.Process);
        return new JournalHeader(request.MigrationId, request.Machine, Started, [],
            [new JournalDevice(MachineKeys.Participant, Endpoint(request.Source, request.IsPaused ? DeviceState.Stop : DeviceState.Running, settings[0]), Endpoint(request.Destination, DeviceState.Resuming, settings[1]))],
            SlaClass: request.Policy.Name, Limit: state.Promise);
    }

    /// <summary>Judges a moment; null where nothing is decided.</summary>
    public PassJudgement? Judge(PreCopyProgressed progress)
    {
        (SentBytes, _deviceSentBytes) = (progress.SentBytes, progress.DeviceSentBytes ?? 0);
        judge.HostIsBusy = _lookAtHost?.Invoke();
        return request.IsPaused ? ConsiderPaused(progress) : judge.Consider(progress);
    }

    /// <summary>A guest that stands has no blackout: once its memory was sent, what else is left may be. That it takes too long is judged all the same.</summary>
    private PassJudgement? ConsiderPaused(PreCopyProgressed progress)
    {
        var elapsed = TimeSpan.FromTicks((progress.ReceivedNanoseconds - _startedNanoseconds) / TimeSpan.NanosecondsPerTick);
        if (request.Policy.CompleteWithin is { } within && elapsed >= within)
        {
            return new PassJudgement(SwitchoverAction.Abort, null, 0, null, false) { Reason = $"It was not complete within {Quantity.Format(within)}; the guest stays paused on the source." };
        }

        return progress is { IsPass: true, Pass: > 1 }
            ? new PassJudgement(SwitchoverAction.Commit, null, long.MaxValue, null, false) { Reason = "The guest is paused, so there is no blackout to keep short." }
            : null;
    }

    protected override void NoteEvent(HypervisorState before, SessionEvent happened, HypervisorState after)
    {
        switch (happened.Event)
        {
            case HypervisorTold { Side: MigrationSide.Source, What: SwitchoverDone done }:
                StopPhaseBytes = done.StopPhaseBytes;
                DeviceStopBytes = done.DeviceBytes is { } all ? Math.Max(0, all - _deviceSentBytes) : null;
                break;
            case HypervisorTold { What: DeviceStateChanged moved } told:
                judge.See(told.Side, moved);
                break;
        }
    }

    protected override void NoteCommand(EngineCommand command, HypervisorState state)
    {
        base.NoteCommand(command, state);
        switch (command)
        {
            case TellHypervisor { Order: HypervisorOrder.Allow } permission:
                judge.Permitted(permission.Value, Clock.NowNanoseconds());
                break;
            case TellHypervisor { Order: HypervisorOrder.Throttle } throttle:
                _throttlePercent = Math.Max(_throttlePercent ?? 0, (int)throttle.Value);
                break;
            case TellHypervisor { Order: HypervisorOrder.Hold }:
                judge.Held();
                break;
        }
    }

    protected override SessionEnding Ending(HypervisorState state, long endedNanoseconds)
    {
        var parts = SwitchoverParts.Of(state, this, judge.Evidence);

        // What a reset made of an arc is no evidence, and neither is what a device took that is not always there.
        var measured = state is not { ResetDevices.IsEmpty: true, UnknownDevice: null } ? new MeasurementBatch()
            : state.IsOnDestination ? parts.Measured(state.Gate, Notices.Now)
            : new MeasurementBatch();
        var scores = state is not { ResetDevices.IsEmpty: true, UnknownDevice: null } ? []
            : state.IsOnDestination ? parts.Score(state.Gate, request, Notices.Now)
            : parts.ScoreOfFailed(state.Gate, state.PausesUntil(endedNanoseconds).FailedCommits, request, Notices.Now);
        return new SessionEnding(state.Gate, null, measured with { LinkAges = judge.SeenOfLink }, parts.Compare)
        {
            Scores = [.. scores],
            Traffic = parts.Traffic with { ThrottlePercent = _throttlePercent },
            IsBlackoutKnown = state.PausesUntil(endedNanoseconds).Blackout is not null || !state.IsOnDestination,
        };
    }

    private static AttemptSide Side(IHypervisor machine, SessionServices services) => new(machine.Offer.Host ?? services.Host, machine.Address, machine.Offer.MachineClass);
}
