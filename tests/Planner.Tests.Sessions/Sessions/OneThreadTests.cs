using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Sessions on one thread, in virtual time: one seed gives one run, journal included.</summary>
public sealed class OneThreadTests
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
    private const int Rehearsals = 12;

    [Fact]
    public void The_same_seed_gives_the_same_journal_and_the_same_notices()
    {
        var (first, again, other) = (Run(1), Run(1), Run(2));

        Assert.Equal(first.Outcomes, again.Outcomes);
        Assert.Equal(first.Journal, again.Journal);
        Assert.Equal(first.Notices.Select(WithoutInput), again.Notices.Select(WithoutInput));
        Assert.Equal(Inputs(first.Notices), Inputs(again.Notices));
        Assert.NotEqual(first.Journal, other.Journal);
    }

    [Fact]
    public void What_is_rehearsed_on_one_thread_carries_a_commit_on_it()
    {
        var run = Run(3);

        Assert.Equal(Enumerable.Repeat(MigrationOutcome.Completed, Rehearsals + 1), run.Outcomes);
        Assert.Contains(run.Notices, n => n is Decided { Gate: 2, Verdict: Verdict.Commit, Method: BoundMethod.Direct });
    }

    private static SessionNotice WithoutInput(SessionNotice notice) => notice is Decided decided ? decided with { Input = null, Terms = null } : notice;

    private static IEnumerable<string> Inputs(IReadOnlyList<SessionNotice> notices) => notices.OfType<Decided>().Select(d => d.Input!());

    private static (IReadOnlyList<MigrationOutcome> Outcomes, byte[] Journal, IReadOnlyList<SessionNotice> Notices) Run(int seed)
    {
        var thread = new WorldTime();
        var notices = new NoticeList();
        using var store = new MemoryStore();
        var outcomes = new List<MigrationOutcome>();
        var journals = new List<byte>();
        for (var i = 0; i <= Rehearsals; i++)
        {
            var journal = new MemoryJournal();
            var request = new DeviceMigrationRequest
            {
                MigrationId = $"migration-{i}",
                Machine = "vm1",
                Devices = [.. Enumerable.Range(0, 2).Select(d => Pair(thread, $"nic{d}", (ulong)((seed * 1000) + (i * 10) + d)))],
                Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30), Confidence = 0.8 },
                Mode = i < Rehearsals ? MigrationMode.Rehearsal : MigrationMode.Active,
                Patience = 2,
            };
            var services = new SessionServices
            {
                Clock = thread,
                Threads = thread,
                Mover = () => new WorldMover(thread),
                Journal = new WorldJournal(journal, thread, (_, _) => { }),
                Store = store,
                Observers = [notices],
            };
            var session = MigrationSession.RunAsync(request, services, TestContext.Current.CancellationToken);
            Assert.True(session.IsCompletedSuccessfully, "nothing is left to another thread");
            outcomes.Add(session.Result.Outcome);
            journals.AddRange(journal.Bytes);
        }

        return (outcomes, [.. journals], notices.Notices);
    }

    private static DevicePair Pair(WorldTime thread, string name, ulong seed)
    {
        var profile = TestProfiles.With(All) with
        {
            CommitArc = new Arc(DeviceState.RunningP2P, DeviceState.Stop),
            DefaultLatency = new LogNormalLatency(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(6)),
            ReadBytesPerSecond = 1e8,
        };
        return new DevicePair(
            name,
            new SimulatedDevice(profile, $"sim:{name}-source", new SimulatedDeviceOptions { Seed = seed * 2 }, thread),
            new SimulatedDevice(profile, $"sim:{name}-destination", new SimulatedDeviceOptions { Seed = (seed * 2) + 1 }, thread));
    }
}
