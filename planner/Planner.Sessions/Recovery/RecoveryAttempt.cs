using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The attempt that a recovery is: what became of an interrupted one, and how long its guest may have been paused.</summary>
internal static class RecoveryAttempt
{
    /// <summary>Sums a recovery up.</summary>
    /// <param name="contents">The journal of the interrupted attempt.</param>
    /// <param name="state">How the recovery ended.</param>
    /// <param name="reason">Why, in one sentence.</param>
    /// <param name="started">When it began.</param>
    /// <param name="interrupted">The interrupted attempt, if its process lived to write it down; otherwise null.</param>
    /// <param name="services">The clock, the host, and who asked.</param>
    public static MigrationAttempt Of(
        JournalContents contents, SessionState state, string reason, DateTimeOffset started, MigrationAttempt? interrupted, SessionServices services)
    {
        var header = contents.Header;
        var ended = services.Clock.GetUtcNow();
        var pause = Pause(contents, interrupted, ended, services.Clock.NowNanoseconds());
        var hasCompleted = state.IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
        return new MigrationAttempt
        {
            Id = TimeOrderedId.New().ToString(),
            Kind = AttemptKind.Recovery,
            Recovers = header.MigrationId,
            Machine = header.Machine,
            Source = Side(header, d => d.Source, services),
            Destination = Side(header, d => d.Destination, services),
            SlaClass = header.SlaClass ?? interrupted?.SlaClass ?? "",
            Limit = header.Limit ?? interrupted?.Limit,
            Confidence = interrupted?.Confidence,
            Rule = interrupted?.Rule,
            AskedBy = services.AskedBy,
            Outcome = state.IntendedOutcome,
            Reason = reason,
            Started = started,
            Ended = ended,
            Pauses = pause is { } length ? PauseSum.None.With(hasCompleted ? PauseKind.Blackout : PauseKind.FailedCommit, length) : PauseSum.None,
            ArePausesKnown = contents.Version != OldJournalFormat.Version,
        };
    }

    /// <summary>The longest that the guest may have been paused: nobody saw when it ran again. What the interrupted attempt counted itself is not counted twice.</summary>
    private static GuestPause? Pause(JournalContents contents, MigrationAttempt? interrupted, DateTimeOffset ended, long nowNanoseconds)
    {
        if (contents.Entries.FirstOrDefault(e => e.Kind == JournalEntryKind.Switchover) is not { Kind: JournalEntryKind.Switchover } switchover)
        {
            return null;
        }

        // The monotonic clock of another start of the host says nothing.
        var (length, basis) = interrupted is { } counted ? (ended - counted.Ended, "the end of the interrupted attempt")
            : contents.Header.Boot is { } boot && boot == contents.HostBoot && switchover.TimestampNanoseconds <= nowNanoseconds
                ? (MonotonicTime.Between(switchover.TimestampNanoseconds, nowNanoseconds), "the switchover in the journal")
            : (ended - contents.Header.Started, "the beginning of the interrupted attempt");
        var longest = length > TimeSpan.Zero ? length : TimeSpan.Zero;
        return new GuestPause(longest, TimeSpan.Zero, longest, $"at the most, from {basis} to the end of the recovery");
    }

    private static AttemptSide Side(JournalHeader header, Func<JournalDevice, JournalEndpoint> side, SessionServices services) => new(
        services.Host, string.Join(", ", header.Devices.Select(d => side(d).Address)), string.Join('+', header.Devices.Select(d => side(d).DeviceClass).Order(StringComparer.Ordinal)));
}
