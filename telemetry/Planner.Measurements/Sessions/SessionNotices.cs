namespace Planner.Measurements;

/// <summary>Something that happened in a migration session.</summary>
public abstract record SessionNotice
{
    /// <summary>The migration's identifier.</summary>
    public required string MigrationId { get; init; }

    /// <summary>When it happened (for things that last: when they ended).</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>A session begins.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Source">The source's address.</param>
/// <param name="Destination">The destination's address.</param>
/// <param name="SlaClass">The SLA class.</param>
/// <param name="Limit">The blackout limit.</param>
public sealed record MigrationStarted(string Machine, string Source, string Destination, string SlaClass, TimeSpan Limit) : SessionNotice;

/// <summary>The session enters a phase.</summary>
/// <param name="Phase">The phase.</param>
public sealed record PhaseEntered(SessionPhase Phase) : SessionNotice;

/// <summary>A gate was evaluated.</summary>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Method">The method of the bound; null if there is none.</param>
/// <param name="P50">The median of the predicted blackout; null if not known.</param>
/// <param name="Bound">The bound; null if the evidence supports none.</param>
/// <param name="Limit">The limit it was held against.</param>
/// <param name="Reason">One sentence.</param>
public sealed record Decided(int Gate, Verdict Verdict, BoundMethod? Method, TimeSpan? P50, TimeSpan? Bound, TimeSpan Limit, string Reason) : SessionNotice
{
    /// <summary>Writes all that the decision was made from as JSON, for whoever records; null if it is not known.</summary>
    public Func<string>? Input { get; init; }

    /// <summary>Says what was foretold of each part of the blackout, for whoever compares; null if it is not known. It takes its time: not to be asked in a blackout.</summary>
    public Func<IReadOnlyList<ForetoldTerm>>? Terms { get; init; }
}

/// <summary>What was foretold of one part of the blackout.</summary>
/// <param name="Term">What it is, such as <c>arc RUNNING_P2P->STOP</c> or <c>transfer state</c>.</param>
/// <param name="Device">The device; null for what is not of one device.</param>
/// <param name="P50">The median; null without samples.</param>
public sealed record ForetoldTerm(string Term, string? Device, TimeSpan? P50);

/// <summary>A device ran an arc.</summary>
/// <param name="Device">The device's name in the session.</param>
/// <param name="DeviceClass">The device's class.</param>
/// <param name="Side">The side the device is on.</param>
/// <param name="Arc">The arc that was asked for.</param>
/// <param name="Result">How it ended.</param>
/// <param name="InBlackout">Whether the guest was stopped meanwhile.</param>
public sealed record ArcRun(string Device, string DeviceClass, MigrationSide Side, Arc Arc, ArcResult Result, bool InBlackout) : SessionNotice;

/// <summary>A device's stream was carried to the other side: a pre-copy round, or the whole stop phase.</summary>
/// <param name="Device">The device's name in the session.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Bytes">What was carried.</param>
/// <param name="UntilFirstByte">Until the first byte came.</param>
/// <param name="Took">From start to the last byte loaded.</param>
public sealed record StreamMoved(string Device, TransferPhase Phase, long Bytes, TimeSpan UntilFirstByte, TimeSpan Took) : SessionNotice;

/// <summary>The session is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Blackout">How long the guest did not run in all.</param>
/// <param name="Limit">The blackout limit.</param>
/// <param name="Reason">One sentence.</param>
public sealed record MigrationEnded(MigrationOutcome Outcome, TimeSpan Blackout, TimeSpan Limit, string Reason) : SessionNotice
{
    /// <summary>Whether the guest was paused for longer than the limit, or may have been, whatever became of the machine.</summary>
    public bool IsOverLimit { get; init; }
}
