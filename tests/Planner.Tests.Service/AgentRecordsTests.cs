using Planner.Agent;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>What an agent keeps on its disk, and what it does without its service.</summary>
public sealed class AgentRecordsTests : IDisposable
{
    private static readonly Arc Stop = new(DeviceState.RunningP2P, DeviceState.Stop);
    private readonly TemporaryDirectory _folder = new();
    private readonly List<SqlMeasurementStore> _stores = [];

    public void Dispose()
    {
        _stores.ForEach(s => s.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, 2, "b", null)]
    [InlineData(1, 1, "b", null)]
    [InlineData(0, 1, "a", null)]
    [InlineData(0, 1, "b", "vm1 is moved by another service under the same number: see to it that only one of them works on the store.")]
    [InlineData(0, 0, "b", "vm1 is moved by a later owner meanwhile.")]
    public void A_lower_token_is_refused_and_an_equal_one_of_another_owner_too_also_after_a_restart(long timeline, long counter, string owner, string? refusal)
    {
        Assert.Null(Open().Raise("vm1", new MachineToken(0, 1, "a")));

        Assert.Equal(refusal, Open().Raise("vm1", new MachineToken(timeline, counter, owner)));
        Assert.Null(Open().Raise("vm2", new MachineToken(0, 0, "c")));
    }

    [Fact]
    public void Entries_are_kept_until_they_are_said_to_be_and_numbers_go_on()
    {
        var records = Open();
        records.Keep(Batch(1));
        records.Keep(Batch(2));
        var epoch = records.CurrentEpoch;
        var entries = records.Unsent(0);

        records.NoteKept(entries[0].Number);

        Assert.Equal([entries[1].Number], Open().Unsent(0).Select(e => e.Number));
        Assert.Equal(epoch, Open().CurrentEpoch);
        records.NoteKept(entries[1].Number);
        Assert.Empty(records.Unsent(0));
        records.Keep(Batch(3));
        Assert.True(records.Unsent(0).Single().Number > entries[1].Number);
    }

    [Fact]
    public void With_nothing_unsent_another_start_begins_another_epoch_so_that_a_restored_backup_is_not_taken_for_what_it_was()
    {
        var records = Open();
        records.Keep(Batch(1));
        var epoch = records.CurrentEpoch;
        records.NoteKept(records.LastNumber);

        var next = Open();
        Assert.NotEqual(epoch, next.CurrentEpoch);

        // The service has nothing of the new one yet; what was kept under the old one is not sent again.
        next.NoteKept(0);
        Assert.Empty(next.Unsent(0));
    }

    [Fact]
    public void What_an_older_copy_of_the_store_still_holds_is_not_sent_again()
    {
        var records = Open();
        records.Keep(Batch(1));
        var epoch = records.CurrentEpoch;

        Assert.NotEqual(epoch, records.BeginAnew());

        Assert.Empty(records.Unsent(0));
        records.Keep(Batch(2));
        Assert.Single(records.Unsent(0));
    }

    [Fact]
    public void While_the_service_is_away_its_last_answer_serves_with_what_was_measured_here_since()
    {
        var local = Store();
        var records = new AgentRecords(local, TimeProvider.System);
        string? answer = null;
        var store = new AgentStore(local, records, question => answer is null ? null : StoreDesk.Answer(local, question));
        Assert.Empty(store.ReadArcs("nic", 10));
        store.Append(Batch(1));
        answer = "there";
        Assert.Single(store.ReadArcs("nic", 10));

        answer = null;
        store.Append(Batch(2, TimeProvider.System.GetUtcNow().AddSeconds(1)));

        Assert.Equal([1, 2], store.ReadArcs("nic", 10).Select(s => s.Duration.TotalMilliseconds));
        Assert.Equal([2], store.ReadArcs("nic", 1).Select(s => s.Duration.TotalMilliseconds));
    }

    [Fact]
    public void A_batch_is_the_same_after_its_way_to_the_service()
    {
        var batch = Batch(3).Of(new SampleOrigin("h1", "vm1", "a1")) with
        {
            Attempts =
            [
                new MigrationAttempt
                {
                    Id = "a1",
                    Kind = AttemptKind.Migration,
                    Machine = "vm1",
                    Source = new AttemptSide("h1", "x", "c"),
                    Destination = new AttemptSide("h2", "y", null),
                    SlaClass = "gold",
                    Limit = TimeSpan.FromTicks(1),
                    Outcome = MigrationOutcome.Completed,
                    Reason = "It \"ran\" – über.",
                    Started = DateTimeOffset.UnixEpoch,
                    Ended = DateTimeOffset.UnixEpoch.AddTicks(7),
                    Pauses = PauseSum.None.With(PauseKind.Blackout, GuestPause.Within(TimeSpan.FromTicks(3), TimeSpan.FromTicks(1), TimeSpan.FromTicks(2), "events")),
                    Decisions = [new AttemptDecision(1, Verdict.Commit, null, TimeSpan.FromTicks(5), null, null, "because", "{}")],
                    Scores = [new BlackoutSample("c", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromTicks(5), TimeSpan.FromTicks(6), DateTimeOffset.UnixEpoch) { WasCalm = false }],
                },
            ],
        };
        var there = System.Text.Json.JsonSerializer.Deserialize(System.Text.Json.JsonSerializer.Serialize(batch, AgentJson.Default.MeasurementBatch), AgentJson.Default.MeasurementBatch)!;

        Assert.Equal(batch.Arcs, there.Arcs);
        var (sent, came) = (batch.Attempts[0], there.Attempts[0]);
        Assert.Equal(sent.Decisions, came.Decisions);
        Assert.Equal(sent.Scores, came.Scores);
        Assert.Equal(sent with { Decisions = came.Decisions, Scores = came.Scores }, came);
    }

    [Fact]
    public void A_journal_with_a_fence_is_not_synced_for_the_commit_once_the_machine_is_another_owners()
    {
        string? refusal = null;
        using var inner = new NotedJournal();
        using var journal = new FencedJournal(inner, () => refusal, () => refusal);
        journal.Begin(new JournalHeader("m", "vm1", DateTimeOffset.UnixEpoch, [], []));
        refusal = "vm1 is moved by a later owner meanwhile.";

        Assert.Equal(refusal, Assert.Throws<JournalException>(journal.Sync).Message);
        Assert.Equal(["begin"], inner.Steps);

        // Past the commit nothing keeps the machine from its way.
        refusal = null;
        journal.Sync();
        refusal = "late";
        journal.Append(new JournalEntry(JournalEntryKind.Handover, 0, MigrationSide.Source, 0, default, default));
        journal.Sync();
        Assert.Equal(["begin", "sync", "Handover", "sync"], inner.Steps);
    }

    [Fact]
    public void Another_agent_reaches_the_sockets_that_were_named_for_its_migration_and_under_a_token_that_counts_alone()
    {
        var records = Open();
        var token = new MachineToken(0, 3, "s");
        using var identity = AgentIdentity.Open(_folder.File("identity"), new Uri("https://127.0.0.1:1"));
        var listener = new PeerListener(identity, records, TimeProvider.System, _ => { });
        records.Put(PeerListener.Expected, "m1", new ExpectedMigration("vm1", token, "h1", ["/run/a", "/run/a.migration"]), AgentJson.Default.ExpectedMigration);

        Assert.Null(listener.RefusalOf("h1", new PeerCall("m1", token, "/run/a")));
        Assert.Null(listener.RefusalOf("h1", new PeerCall("m1", token, "")));
        Assert.Equal("The socket /etc/shadow is not one of the migration m1.", listener.RefusalOf("h1", new PeerCall("m1", token, "/etc/shadow")));
        Assert.Equal("Nobody has said that the migration m1 comes from h3.", listener.RefusalOf("h3", new PeerCall("m1", token, "/run/a")));
        Assert.Equal("Nobody has said that the migration m2 comes from h1.", listener.RefusalOf("h1", new PeerCall("m2", token, "/run/a")));
        Assert.Equal("vm1 is moved by a later owner meanwhile.", listener.RefusalOf("h1", new PeerCall("m1", token with { Counter = 2 }, "/run/a")));

        // Meanwhile a later owner was seen.
        Assert.Null(records.Raise("vm1", new MachineToken(0, 4, "t")));
        Assert.Equal("vm1 is moved by a later owner meanwhile.", listener.RefusalOf("h1", new PeerCall("m1", token, "/run/a")));
    }

    private static MeasurementBatch Batch(int milliseconds, DateTimeOffset? at = null) =>
        new() { Arcs = [new ArcSample("d", "nic", Stop, TimeSpan.FromMilliseconds(milliseconds), ArcOutcome.Completed, at ?? DateTimeOffset.UnixEpoch.AddSeconds(milliseconds))] };

    private AgentRecords Open() => new(Store(), TimeProvider.System);

    private SqlMeasurementStore Store()
    {
        var store = SqlMeasurementStore.Open(StoreAddress.Parse(_folder.File("agent.db")));
        _stores.Add(store);
        return store;
    }

    /// <summary>Notes what is asked of it.</summary>
    private sealed class NotedJournal : IJournal
    {
        public List<string> Steps { get; } = [];

        public void Begin(JournalHeader header) => Steps.Add("begin");

        public void Append(in JournalEntry entry) => Steps.Add(entry.Kind.ToString());

        public void Sync() => Steps.Add("sync");

        public void Close() => Steps.Add("close");

        public void Dispose()
        {
        }
    }
}
