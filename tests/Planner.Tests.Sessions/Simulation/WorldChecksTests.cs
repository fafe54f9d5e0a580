using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Measurements.MigrationSide;

namespace Planner.Tests.Simulation;

/// <summary>Each checker sees what it is there for, and nothing in a migration that went well.</summary>
public sealed class WorldChecksTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A migration of one device whose guest was paused from 10 to 30 ms.</summary>
    private static WorldHistory Well(
        TimeSpan? counted = null, TimeSpan? limit = null, TimeSpan? bound = null, MigrationOutcome outcome = MigrationOutcome.Completed, int inLedger = 1, long end = 30_000_000, bool byHypervisor = false)
    {
        var attempt = new MigrationAttempt
        {
            Id = "1-0",
            Machine = "vm",
            Source = new AttemptSide("h", "world:source0", "c"),
            Destination = new AttemptSide("h", "world:destination0", "c"),
            SlaClass = "gold",
            Outcome = outcome,
            Reason = "",
            Started = default,
            Ended = default,
            Pauses = PauseSum.None.With(PauseKind.Blackout, GuestPause.Exactly(counted ?? Pause, "seen")),
        };
        var history = new WorldHistory { Devices = 1, IsByHypervisor = byHypervisor, Limit = limit ?? TimeSpan.FromMilliseconds(50), Ledger = [.. Enumerable.Repeat(attempt, inLedger)] };
        history.Changes.AddRange(
        [
            new(0, Source, 0, Running, true), new(0, Destination, 0, Running, false), new(5_000_000, Destination, 0, Resuming, false),
            new(15_000_000, Source, 0, StopCopy, true), new(20_000_000, Destination, 0, Stop, true), new(30_000_000, Destination, 0, Running, true),
        ]);
        void Do(long at, long until, MigrationSide side, DeviceState from, DeviceState to)
        {
            history.Noted.Add(new NotedStep(at, 0, new JournalEntry(JournalEntryKind.ArcBegun, at, side, 0, new Arc(from, to), default)));
            history.Commands.Add(new DeviceCommand(at, until, 0, side, 0, from, to));
        }

        Do(1_000_000, 5_000_000, Destination, Running, Resuming);
        Do(10_000_000, 15_000_000, Source, Running, StopCopy);
        Do(16_000_000, 20_000_000, Destination, Resuming, Stop);
        history.Noted.Add(new NotedStep(20_000_000, 0, new JournalEntry(JournalEntryKind.Handover, 20_000_000, default, 0, default, default)));
        Do(20_000_000, 30_000_000, Destination, Stop, Running);
        history.Sessions.Add(new SessionSeen(0, end, AttemptKind.Migration, outcome, "")
        {
            Attempt = attempt,
            Decisions = [new Decided(1, Verdict.Commit, BoundMethod.Direct, Pause, bound ?? Pause, history.Limit, "") { MigrationId = "1-0", At = default }],
        });
        return history;
    }

    private static IEnumerable<string> Broken(WorldHistory history) => WorldChecks.Judge(history).Select(b => b.Checker).Distinct();

    [Fact]
    public void Nothing_is_broken_where_all_went_well() => Assert.Empty(WorldChecks.Judge(Well()));

    [Fact]
    public void A_source_that_runs_beside_its_destination_is_seen()
    {
        var history = Well();
        history.Changes.Add(new DeviceChange(31_000_000, Source, 0, RunningP2P, true));

        Assert.Equal(["never two"], Broken(history));
    }

    [Fact]
    public void A_guest_that_runs_again_on_the_source_after_it_ran_under_the_destinations_hypervisor_is_seen()
    {
        var history = Well(byHypervisor: true);
        history.Changes.Add(new DeviceChange(31_000_000, Destination, 0, null, false));
        history.Changes.Add(new DeviceChange(32_000_000, Source, 0, Running, true));

        Assert.Contains("never two", Broken(history));
    }

    [Fact]
    public void A_device_that_is_stopped_although_the_last_word_was_to_stay_is_seen()
    {
        var history = Well();
        history.Sessions[0] = history.Sessions[0] with { Decisions = [.. history.Sessions[0].Decisions, history.Sessions[0].Decisions[0] with { Gate = 2, Verdict = Verdict.Stay }] };

        Assert.Equal(["commit fits"], Broken(history));
    }

    [Fact]
    public void Settings_that_are_left_on_the_source_are_seen()
    {
        var history = Well(outcome: MigrationOutcome.Recovered);
        history.IsLeftPrepared = true;

        Assert.Equal(["settings put back"], Broken(history));
    }

    [Fact]
    public void A_guest_that_runs_nowhere_is_seen()
    {
        var history = Well();
        history.Changes.RemoveAt(history.Changes.Count - 1);

        Assert.Contains("never left stopped", Broken(history));
    }

    [Fact]
    public void A_process_that_was_killed_and_never_recovered_is_seen()
    {
        var history = Well();
        history.Sessions.Add(new SessionSeen(40_000_000, 41_000_000, AttemptKind.Recovery, null, "it was killed"));

        Assert.Equal(["never left stopped"], Broken(history));
    }

    [Fact]
    public void A_person_who_is_called_for_nothing_is_seen() => Assert.Equal(["no person for nothing"], Broken(Well(outcome: MigrationOutcome.NeedsPerson)));

    [Fact]
    public void A_state_that_is_not_whole_is_seen()
    {
        var history = Well();
        history.Changes[^1] = history.Changes[^1] with { HasGuest = false };

        Assert.Contains("whole state", Broken(history));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(null)]
    public void A_commit_that_does_not_fit_is_seen(int? boundMilliseconds)
    {
        var history = Well(bound: TimeSpan.FromMilliseconds(60));
        if (boundMilliseconds is null)
        {
            history.Sessions[0] = history.Sessions[0] with { Decisions = [history.Sessions[0].Decisions[0] with { Bound = null }] };
        }

        Assert.Equal(["commit fits"], Broken(history));
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    public void A_pause_that_is_counted_wrong_is_seen(int milliseconds) => Assert.Equal(["pauses counted"], Broken(Well(counted: TimeSpan.FromMilliseconds(milliseconds))));

    [Fact]
    public void A_pause_beyond_the_limit_without_a_word_is_seen() => Assert.Equal(["over limit said"], Broken(Well(limit: TimeSpan.FromMilliseconds(19), bound: TimeSpan.FromMilliseconds(18))));

    [Fact]
    public void What_is_done_before_it_is_noted_is_seen()
    {
        var history = Well();
        history.Noted.RemoveAll(n => n.Entry.Side == Source && n.Entry.Kind == JournalEntryKind.ArcBegun);

        Assert.Equal(["journal first"], Broken(history));
    }

    [Fact]
    public void A_destination_that_starts_before_the_handover_is_seen()
    {
        var history = Well();
        history.Noted.RemoveAll(n => n.Entry.Kind == JournalEntryKind.Handover);

        Assert.Equal(["journal first"], Broken(history));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_attempt_that_is_not_in_the_ledger_once_is_seen(int times) => Assert.Contains("one attempt each", Broken(Well(inLedger: times)));

    [Fact]
    public void Pauses_that_the_ledger_counts_twice_are_seen() => Assert.Contains("pauses counted", Broken(Well(inLedger: 2)));

    [Fact]
    public void A_session_that_lasts_for_ever_is_seen()
    {
        var history = Well();
        history.Sessions[0] = history.Sessions[0] with { End = 2_000_000_000_000 };

        Assert.Contains("comes to an end", Broken(history));
    }

    [Fact]
    public void Every_checker_is_tried_here()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "tests/Planner.Tests.Sessions/Simulation/WorldChecksTests.cs"));

        Assert.All(WorldChecks.All.Keys, name => Assert.Contains($"\"{name}\"", text, StringComparison.Ordinal));
    }
}
