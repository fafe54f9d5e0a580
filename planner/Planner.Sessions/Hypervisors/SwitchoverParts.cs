using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>The parts of one switchover as they happened, for the evidence and beside what was predicted.</summary>
/// <remarks>A hypervisor does not tell memory and devices apart while it sends the rest. Bytes are counted at the rate of pre-copy, and what
/// earlier stop phases carried beside the memory is the state; the time that is left is the fixed part.</remarks>
internal sealed record SwitchoverParts
{
    private SwitchoverTimes Times { get; init; } = new();

    private long Bytes { get; init; }

    private long SentBytes { get; init; }

    private double BytesPerSecond { get; init; }

    private TimeSpan? Commit { get; init; }

    private TimeSpan? Stop => SwitchoverTimes.Between(Times.Stopped, Times.Sending);

    private TimeSpan? Sending => SwitchoverTimes.Between(Times.Sending, Times.Sent);

    private TimeSpan? Load => SwitchoverTimes.Between(Times.Sent, Times.Loaded);

    private TimeSpan? Run => SwitchoverTimes.Between(LastOf(Times.Sent, Times.Loaded), Times.Resumed);

    private long StateBytes { get; init; }

    private double StateSeconds => Sending is { } sending && BytesPerSecond > 0 ? Math.Min(sending.TotalSeconds, Math.Min(Bytes, StateBytes) / BytesPerSecond) : 0;

    private double RamSeconds => Sending is { } sending && BytesPerSecond > 0
        ? Math.Min(sending.TotalSeconds - StateSeconds, Math.Max(0, Bytes - StateBytes) / BytesPerSecond)
        : 0;

    /// <param name="times">The moments.</param>
    /// <param name="scribe">What was written down.</param>
    /// <param name="stateBytes">How much of what was sent counts as the devices' state, by what earlier migrations showed.</param>
    public static SwitchoverParts Of(SwitchoverTimes times, HypervisorScribe scribe, long stateBytes) => new()
    {
        StateBytes = stateBytes,
        Times = times,
        Bytes = scribe.StopPhaseBytes ?? 0,
        SentBytes = scribe.SentBytes,
        BytesPerSecond = scribe.PreCopyBytesPerSecond,
        Commit = times is { AllowedNanoseconds: { } allowed, Stopped: { } stopped } ? SessionClock.Between(allowed, Math.Max(allowed, stopped.ReceivedNanoseconds)) : null,
    };

    /// <summary>Makes evidence of it: each migration is evidence for the next.</summary>
    public void Note(HypervisorEvidence evidence, GateDecision? gate, HypervisorRequest request, DateTimeOffset at)
    {
        foreach (var (arc, took) in new[] { (HypervisorEvidence.Commit, Commit), (HypervisorEvidence.Stop, Stop), (HypervisorEvidence.Load, Load), (HypervisorEvidence.Run, Run) })
        {
            if (took is { } span)
            {
                evidence.Note(new ArcSample(HypervisorEvidence.Participant, evidence.MachineClass, arc, span, ArcOutcome.Completed, at));
            }
        }

        if (gate is not null && Times.AllowedNanoseconds is not null && Bytes > 0)
        {
            evidence.Note(new StateSizeSample(evidence.MachineClass, gate.Moment.RamRemainingBytes, Bytes, at));
        }

        if (Sending is { } sending && BytesPerSecond > 0 && SentBytes > 0)
        {
            evidence.Note(
                new TransferSample(evidence.Link, TransferPhase.PreCopy, SentBytes, TimeSpan.Zero, TimeSpan.FromSeconds(SentBytes / BytesPerSecond), at),
                new TransferSample(evidence.Link, TransferPhase.StopCopy, Bytes, TimeSpan.Zero, sending, at));
        }

        if (Times is { AllowedNanoseconds: not null, Blackout: { } blackout } && gate?.Decision.PredictedSeconds is > 0 and < double.PositiveInfinity and var predicted)
        {
            evidence.Note(new BlackoutSample(
                evidence.MachineClass, request.Policy.Name, BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(predicted), blackout, at));
        }
    }

    /// <summary>Puts it beside what was predicted, part by part.</summary>
    public IReadOnlyList<TermOutcome> Compare(IReadOnlyList<TermEstimate> terms) => [.. terms.Select(term => new TermOutcome(
        term.Term, term.Device, term.P50Seconds, term.BoundSeconds, Times.Resumed is null ? null : Actual(term.Term)))];

    private static SwitchoverMoment? LastOf(SwitchoverMoment? first, SwitchoverMoment? second) =>
        (first, second) switch
        {
            ({ } a, { } b) => a.ReceivedNanoseconds > b.ReceivedNanoseconds ? a : b,
            _ => first ?? second,
        };

    private double? Actual(string term) => term switch
    {
        "transfer fixed" => Sending?.TotalSeconds - RamSeconds - StateSeconds,
        "transfer ram" => Sending is null ? null : RamSeconds,
        "transfer state" => Sending is null ? null : StateSeconds,
        _ when term == $"arc {HypervisorEvidence.Stop}" => Stop?.TotalSeconds,
        _ when term == $"arc {HypervisorEvidence.Load}" => Load?.TotalSeconds,
        _ when term == $"arc {HypervisorEvidence.Run}" => Run?.TotalSeconds,
        _ => null,
    };
}
