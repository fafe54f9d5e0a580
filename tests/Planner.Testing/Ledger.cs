using Planner.Measurements;

namespace Planner.Tests;

/// <summary>Attempts for tests.</summary>
internal static class Ledger
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static int _count;

    /// <summary>A migration of vm1 under gold that came to its end after 120 ms.</summary>
    public static MigrationAttempt Attempt(string id, double pausedSeconds = 0.12) => new()
    {
        Id = id,
        Kind = AttemptKind.Migration,
        Machine = "vm1",
        Source = new AttemptSide("h1", "vfio-user:/a", "nic"),
        Destination = new AttemptSide("h2", "vfio-user:/b", "nic"),
        SlaClass = "gold",
        Limit = TimeSpan.FromMilliseconds(300),
        Confidence = 0.99,
        Rule = "earliest",
        AskedBy = "root@h1",
        Outcome = MigrationOutcome.Completed,
        Reason = "the bound fits",
        Started = Noon.AddSeconds(-10),
        Ended = Noon,
        Pauses = pausedSeconds > 0 ? PauseSum.None.With(PauseKind.Blackout, GuestPause.Exactly(TimeSpan.FromSeconds(pausedSeconds), "a clock")) : PauseSum.None,
        Decisions = [new AttemptDecision(1, Verdict.Commit, BoundMethod.Direct, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(9), "it fits", "{}")],
    };

    /// <summary>An attempt of which only its scores matter.</summary>
    public static MigrationAttempt With(params IEnumerable<BlackoutSample> scores) => Attempt($"scores-{Interlocked.Increment(ref _count)}") with { Scores = [.. scores] };
}
