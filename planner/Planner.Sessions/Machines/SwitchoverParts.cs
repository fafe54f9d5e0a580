using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>The parts of one switchover as they happened, for the evidence and beside what was predicted.</summary>
/// <remarks>
/// A hypervisor does not tell memory and devices apart while it sends the rest. Bytes are counted at the rate of pre-copy, and what earlier stop phases
/// carried beside the memory is the state; of the time that is left a little is the fixed part, and where passed-through devices have a state the rest
/// is reading and loading it. Where their arcs are told they are taken out of the hypervisor's own parts, which then add up to the blackout.
/// </remarks>
internal sealed record SwitchoverParts
{
    // What the stop phase of a machine without such devices takes; all beyond is theirs.
    private static readonly TimeSpan MostFixed = TimeSpan.FromMilliseconds(6);

    private static readonly TimeSpan MostUncertainty = TimeSpan.FromMilliseconds(20);

    private SwitchoverTimes Times { get; init; } = new();

    private IReadOnlyList<DeviceArc> Arcs { get; init; } = [];

    public required MachineKeys Keys { get; init; }

    private long Bytes { get; init; }

    // Whether the source counts what it sent while the guest stood.
    private bool IsCounted { get; init; }

    private long OwnStateBytes { get; init; }

    private long DeviceBytes { get; init; }

    private long ExpectedDeviceBytes { get; init; }

    private long SentBytes { get; init; }

    private double BytesPerSecond { get; init; }

    private bool IsPreCopyCapped { get; init; }

    private bool IsAssumed { get; init; }

    private TimeSpan? Commit { get; init; }

    private GuestPause? Pause { get; init; }

    private TimeSpan? Stop { get; init; }

    private TimeSpan? Sending { get; init; }

    private TimeSpan? Load => SwitchoverTimes.Between(Times.Sent, Times.Loaded);

    private TimeSpan? Run { get; init; }

    private double OwnStateSeconds => Capped(Math.Min(Bytes, OwnStateBytes), Sending?.TotalSeconds ?? 0);

    private double RamSeconds => Capped(Math.Max(0, Bytes - OwnStateBytes), (Sending?.TotalSeconds ?? 0) - OwnStateSeconds);

    private double DeviceSeconds => Capped(DeviceBytes, (Sending?.TotalSeconds ?? 0) - RamSeconds - OwnStateSeconds);

    private double StateWorkSeconds => DeviceBytes == 0 ? 0 : Math.Max(0, (Sending?.TotalSeconds ?? 0) - RamSeconds - OwnStateSeconds - DeviceSeconds - MostFixed.TotalSeconds);

    /// <param name="state">How the session ended.</param>
    /// <param name="record">What was written down.</param>
    /// <param name="known">What earlier migrations showed.</param>
    public static SwitchoverParts Of(HypervisorState state, MachineRecord record, MachineSnapshots known)
    {
        var times = state.CountedTimes;
        var hasDevices = known.Keys.HasDevices;
        var arcs = known.Keys.TellsArcs ? DeviceArcs.Of(times) : [];
        var sending = SwitchoverTimes.Between(times.Sending, times.Sent);
        var stands = !hasDevices ? times.Stopped : SwitchoverPause.Began(times);
        var stop = times is { Sending: { } began } && stands is { } stood
            ? SwitchoverMoment.OfOneSide(stood, began) - Sum(arcs.Where(a => a.Side == MigrationSide.Source))
            : (TimeSpan?)null;
        var load = SwitchoverTimes.Between(times.Sent, times.Loaded) ?? TimeSpan.Zero;
        return new SwitchoverParts
        {
            Times = times,
            Arcs = arcs,
            Keys = known.Keys,
            Bytes = record.StopPhaseBytes ?? 0,
            IsCounted = record.StopPhaseBytes is not null,
            OwnStateBytes = known.OwnStateBytes,
            DeviceBytes = hasDevices ? record.DeviceStopBytes ?? 0 : 0,
            ExpectedDeviceBytes = record.ExpectedDeviceBytes,
            SentBytes = record.SentBytes,
            BytesPerSecond = record.PreCopyBytesPerSecond,
            IsAssumed = known.IsAssumed,
            IsPreCopyCapped = known.IsCapped(record.PreCopyBytesPerSecond),
            Commit = times.AllowedNanoseconds is { } allowed && stands is { } still ? MonotonicTime.Between(allowed, Math.Max(allowed, still.ReceivedNanoseconds)) : null,
            Pause = state.Pause,
            Stop = AtLeastZero(stop),
            Sending = AtLeastZero(sending),
            Run = !hasDevices
                ? SwitchoverTimes.Between(LastOf(times.Sent, times.Loaded), times.Resumed)
                : AtLeastZero(state.Pause?.Length - (stop ?? TimeSpan.Zero) - (sending ?? TimeSpan.Zero) - load - Sum(arcs)),
        };
    }

    /// <summary>What it is evidence of: each migration is evidence for the next.</summary>
    public MeasurementBatch Measured(GateDecision? gate, DateTimeOffset at) => new()
    {
        Arcs =
        [
            .. from part in new (Arc Arc, TimeSpan? Took)[] { (MachineKeys.Commit, Commit), (MachineKeys.Stop, Stop), (MachineKeys.Load, Load), (MachineKeys.Run, Run) }
               where part.Took is not null
               select new ArcSample(MachineKeys.Participant, Keys.MachineClass, part.Arc, part.Took.GetValueOrDefault(), ArcOutcome.Completed, at),
            .. from arc in Arcs
               let deviceClass = Keys.ClassOf(arc.Device)
               where deviceClass is not null
               select new ArcSample(arc.Device, deviceClass, arc.Arc, arc.Took, ArcOutcome.Completed, at),
        ],
        StateSizes = [.. Sizes(gate, at)],
        Transfers = [.. Transfers(gate, at)],
    };

    /// <summary>What was moved, and how fast.</summary>
    public AttemptTraffic Traffic => new()
    {
        PreCopyBytes = SentBytes > 0 ? SentBytes : null,
        StopBytes = Sending is not null && IsCounted ? Bytes + DeviceBytes : null,
        PreCopyBytesPerSecond = BytesPerSecond > 0 ? BytesPerSecond : null,
        StopBytesPerSecond = Sending is { Ticks: > 0 } took && IsCounted ? (Bytes + DeviceBytes) / took.TotalSeconds : null,
    };

    /// <summary>The blackout beside what was predicted for it. Where neither events nor the source's count tell when the guest stood, it is no score.</summary>
    public IEnumerable<BlackoutSample> Score(GateDecision? gate, MachineMigrationRequest request, DateTimeOffset at) =>
        Pause is { } pause && (pause.Uncertainty <= MostUncertainty || pause.Uncertainty <= pause.Length / 10) ? Score(gate, pause, request, at) : [];

    /// <summary>Puts it beside what was predicted, part by part.</summary>
    public IReadOnlyList<TermOutcome> Compare(IReadOnlyList<TermEstimate> terms) => [.. terms.Select(term => new TermOutcome(
        term.Term, term.Device, term.P50Seconds, term.BoundSeconds, Times.Resumed is null ? null : Actual(term.Term, term.Device)))];

    private IEnumerable<StateSizeSample> Sizes(GateDecision? gate, DateTimeOffset at)
    {
        if (gate is not null && Times.AllowedNanoseconds is not null && Bytes > 0)
        {
            yield return new StateSizeSample(Keys.MachineClass, gate.Moment.RamRemainingBytes, Bytes, at);
        }

        if (DeviceBytes > 0)
        {
            yield return new StateSizeSample(Keys.StateClass, ExpectedDeviceBytes > 0 ? ExpectedDeviceBytes : null, DeviceBytes, at);
        }
    }

    private IEnumerable<TransferSample> Transfers(GateDecision? gate, DateTimeOffset at)
    {
        if (DeviceBytes > 0)
        {
            // By the bytes that were foretold, since those are what the next one is foretold from.
            var bytes = ExpectedDeviceBytes > 0 ? ExpectedDeviceBytes : DeviceBytes;
            yield return new TransferSample(Keys.StateClass, TransferPhase.StopCopy, bytes, TimeSpan.Zero, TimeSpan.FromSeconds(StateWorkSeconds), at);
        }

        if (Sending is { } sending && BytesPerSecond > 0 && SentBytes > 0)
        {
            if (!IsPreCopyCapped)
            {
                // Held to a cap, it is no measure of what follows.
                yield return new TransferSample(Keys.Link, TransferPhase.PreCopy, SentBytes, TimeSpan.Zero, TimeSpan.FromSeconds(SentBytes / BytesPerSecond), at);
            }

            // A hypervisor that counts nothing then is taken to have sent what was foretold.
            var carried = Bytes + DeviceBytes > 0 ? Bytes + DeviceBytes : gate?.Moment.RamRemainingBytes ?? 0;
            yield return new TransferSample(Keys.Link, TransferPhase.StopCopy, carried, TimeSpan.Zero, sending - TimeSpan.FromSeconds(StateWorkSeconds), at);
        }
    }

    /// <summary>A switchover that did not come to its end: nobody knows how long it would have been.</summary>
    public IEnumerable<BlackoutSample> ScoreOfFailed(GateDecision? gate, GuestPause? pause, MachineMigrationRequest request, DateTimeOffset at) =>
        Score(gate, pause, request, at).Select(sample => sample with { IsCutOff = true });

    /// <summary>A score is of a prediction from measurements: what was guessed before anything of the machine or of a device was measured says nothing about how well measurements predict.</summary>
    private IEnumerable<BlackoutSample> Score(GateDecision? gate, GuestPause? paused, MachineMigrationRequest request, DateTimeOffset at)
    {
        if (!IsAssumed && Times.AllowedNanoseconds is not null && paused is { Length.Ticks: > 0 } pause && gate?.Decision.PredictedSeconds is > 0 and < double.PositiveInfinity and var predicted
            && !gate.Evaluator.Snapshot.Devices.Any(d => d.Arcs.Any(a => a.IsGuess)))
        {
            var isRehearsal = request.Mode == MigrationMode.Rehearsal;
            yield return new BlackoutSample(
                Keys.Blackouts.Text, isRehearsal ? "" : request.Policy.Name, isRehearsal ? BlackoutKind.Rehearsal : BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(predicted), pause.Length, at)
            {
                WasCalm = gate.WasCalm,
                HostWasBusy = gate.HostWasBusy,
            };
        }
    }

    private static TimeSpan Sum(IEnumerable<DeviceArc> arcs) => arcs.Aggregate(TimeSpan.Zero, (sum, arc) => sum + arc.Took);

    private static TimeSpan? AtLeastZero(TimeSpan? span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;

    private static SwitchoverMoment? LastOf(SwitchoverMoment? first, SwitchoverMoment? second) =>
        (first, second) switch
        {
            ({ } a, { } b) => a.ReceivedNanoseconds > b.ReceivedNanoseconds ? a : b,
            _ => first ?? second,
        };

    private double Capped(long bytes, double mostSeconds) => BytesPerSecond > 0 ? Math.Clamp(bytes / BytesPerSecond, 0, Math.Max(0, mostSeconds)) : 0;

    private double? Actual(string term, string? device)
    {
        if (device is not null and not MachineKeys.Participant)
        {
            return OfDevice(term, device);
        }

        return term switch
        {
            "transfer fixed" => Sending?.TotalSeconds - RamSeconds - OwnStateSeconds - DeviceSeconds - StateWorkSeconds,
            "transfer ram" => Sending is null ? null : RamSeconds,
            "transfer state" => Sending is null ? null : OwnStateSeconds + (Keys is { HasDevices: true, TellsArcs: false } ? DeviceSeconds : 0),
            "read and load state" => Sending is null ? null : StateWorkSeconds,
            _ when term == $"arc {MachineKeys.Stop}" => Stop?.TotalSeconds,
            _ when term == $"arc {MachineKeys.Load}" => Load?.TotalSeconds,
            _ when term == $"arc {MachineKeys.Run}" => Run?.TotalSeconds,
            _ => null,
        };
    }

    private double? OfDevice(string term, string device)
    {
        var devices = Math.Max(1, Arcs.Select(a => a.Device).Distinct().Count());
        return term switch
        {
            "transfer state" => Sending is null ? null : DeviceSeconds / devices,
            "read and load state" => Sending is null ? null : StateWorkSeconds / devices,
            _ => Arcs.Where(a => a.Device == device && term == $"arc {a.Arc}").Select(a => (double?)a.Took.TotalSeconds).FirstOrDefault(),
        };
    }
}
