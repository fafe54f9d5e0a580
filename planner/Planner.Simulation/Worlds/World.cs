using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>A simulated world: the planner's own sessions, journal, evidence and recovery in virtual time, with all that may go wrong around them.</summary>
internal abstract class World
{
    private const string StateDirectory = "/simulated";

    private readonly WorldFiles _files;
    private readonly MemoryStore _store;

    /// <summary>Makes a world in which nothing has happened.</summary>
    /// <param name="scenario">What is there and what goes wrong.</param>
    /// <param name="store">What is known, and where more goes.</param>
    /// <param name="run">Counts the worlds of a scenario: 0 is the one that is judged, those of the rehearsals before it have others.</param>
    protected World(WorldScenario scenario, MemoryStore store, int run)
    {
        (Scenario, _store) = (scenario, store);
        Name = $"{scenario.Seed}-{run}";
        _files = new WorldFiles(Time, new Random((int)(scenario.Seed % int.MaxValue)));
        History = new WorldHistory
        {
            Devices = scenario.Participants,
            IsByHypervisor = scenario.Machine is not null,
            ClockStep = scenario.Machine?.ClockStep ?? TimeSpan.Zero,
            Limit = scenario.Policy.BlackoutLimit,
            DevicesMayFail = scenario.DevicesMayFail,
            MayLoseState = scenario.ResetsOnDisconnect || (scenario.DevicesMayFail && scenario.Policy.OnFailure.Contains(Policies.FailureAction.Reset)),
            LosesPower = scenario.Kills.Any(k => k.LosesPower),
        };
    }

    /// <summary>What is there and what goes wrong.</summary>
    protected WorldScenario Scenario { get; }

    /// <summary>The world's time.</summary>
    protected WorldTime Time { get; } = new();

    /// <summary>The migration's name.</summary>
    protected string Name { get; }

    /// <summary>Reaches what is migrated.</summary>
    protected abstract Drivers Drivers { get; }

    /// <summary>What an onlooker saw.</summary>
    public WorldHistory History { get; }

    /// <summary>Lets a scenario happen.</summary>
    public static World Run(WorldScenario scenario)
    {
        using var store = new MemoryStore();
        for (var run = 1; run <= scenario.Rehearsals; run++)
        {
            Make(Quiet(scenario), store, run).Migrate(MigrationMode.Rehearsal, null);
        }

        var world = Make(scenario, store, run: 0);
        try
        {
            world.RunAll();
        }
        catch (WorldStuckException e)
        {
            world.History.Stuck = e.Message;
        }

        return world;
    }

    /// <summary>What a scenario's switchover takes if it is carried out whatever the planner thinks of it; null if it does not come about.</summary>
    public static TimeSpan? Truth(WorldScenario scenario)
    {
        using var store = new MemoryStore();
        return Make(Quiet(scenario), store, run: 0).Migrate(MigrationMode.Rehearsal, null) is { Attempt: { } attempt, Outcome: MigrationOutcome.Completed } ? attempt.Pauses.Length : null;
    }

    /// <summary>Begins a migration of what there is.</summary>
    /// <param name="mode">What is done with the verdicts.</param>
    /// <param name="services">What to work with.</param>
    /// <param name="cancel">Asks to give up.</param>
    protected abstract Task<SessionResult> MigrateAsync(MigrationMode mode, SessionServices services, CancellationToken cancel);

    /// <summary>From now on things go wrong, or no more.</summary>
    protected abstract void SetFaults(bool mayFail);

    /// <summary>The process has ended: its connections are closed, and some time goes by before anybody sees to it.</summary>
    protected abstract void Bury();

    /// <summary>The onlooker looks once more when all is over.</summary>
    protected virtual void Look()
    {
    }

    private static World Make(WorldScenario scenario, MemoryStore store, int run) => scenario.Machine is null ? new DeviceWorld(scenario, store, run) : new MachineWorld(scenario, store, run);

    private static WorldScenario Quiet(WorldScenario scenario) => scenario with
    {
        Profiles = [.. scenario.Profiles.Select(p => p with { Faults = [] })],
        Machine = scenario.Machine is { } machine ? machine with { Faults = [] } : null,
        Faults = [],
        Kills = [],
        CancelAfter = null,
        ResetsOnDisconnect = false,
        DiskIsFull = false,
        RefusesSyncFrom = 0,
        StoreFails = false,
    };

    private void RunAll()
    {
        SetAllFaults(true);
        var ended = Migrate(MigrationMode.Active, Scenario.Kills.FirstOrDefault());
        var kill = Scenario.Kills.Length > 0 ? 1 : 0;
        SetAllFaults(false);

        // Whoever finds what a dead process left recovers it, and may be killed as well.
        while (ended is null)
        {
            Bury();
            if (Scenario.Kills[kill - 1].LosesPower)
            {
                _files.LosePower();
            }

            Time.Revive();
            ended = Recover(Scenario.Kills.ElementAtOrDefault(kill));
            kill++;
        }

        Look();
        History.Ledger = [.. _store.Attempts.Where(a => a.Id.StartsWith($"{Scenario.Seed}-0", StringComparison.Ordinal) || a.Kind == AttemptKind.Recovery)];
    }

    private void SetAllFaults(bool mayFail)
    {
        SetFaults(mayFail);
        _files.IsFull = mayFail && Scenario.DiskIsFull;
        _files.RefusesSyncFrom = mayFail ? Scenario.RefusesSyncFrom : 0;
        _store.Fault = mayFail && Scenario.StoreFails ? "The store is full: make room." : null;
    }

    private SessionServices Services(List<SessionNotice> notices) => new()
    {
        Clock = Time,
        Threads = Time,
        Mover = () => new WorldMover(Time),
        Store = _store,
        Drivers = Drivers,
        Host = "simulated",
        StateDirectory = StateDirectory,
        Observers = [new Ear(notices)],
    };

    private WorldJournal Told(IJournal journal, int session, WorldKill? kill) => new WorldJournal(journal, Time, (entry, at) =>
    {
        History.Noted.Add(new NotedStep(at, session, entry));
        if (kill?.AfterStep == entry.Kind)
        {
            KillAfter(at, kill);
        }
    });

    private void KillAfter(long begin, WorldKill kill) => Time.At(begin + (kill.After.Ticks * TimeSpan.NanosecondsPerTick), Time.Kill);

    /// <returns>Null if the process was killed.</returns>
    private SessionSeen? Migrate(MigrationMode mode, WorldKill? kill)
    {
        var (session, start, notices) = Begin(kill);
        using var cancel = new CancellationTokenSource();
        if (Scenario.CancelAfter is { } after)
        {
            Time.At(start + (after.Ticks * TimeSpan.NanosecondsPerTick), cancel.Cancel);
        }

        var kind = mode == MigrationMode.Rehearsal ? AttemptKind.Rehearsal : AttemptKind.Migration;
        SessionSeen? Ended(MigrationOutcome outcome, string reason, MigrationAttempt? attempt = null) => Seen(new SessionSeen(start, Time.NowNanoseconds, kind, outcome, reason)
        {
            Attempt = _store.Fault is null ? attempt : null,
            Decisions = [.. notices.OfType<Decided>()],
            SaidOverLimit = notices.OfType<MigrationEnded>().Any(e => e.IsOverLimit),
        });
        try
        {
            using var journal = new MigrationJournal(StateDirectory, null, _files) { Clock = Time };
            var result = Whole(MigrateAsync(mode, Services(notices) with { Journal = Told(journal, session, kill) }, cancel.Token));
            return Time.IsDead ? Killed(kind, start) : Ended(result.Outcome, result.Reason, result.Attempt);
        }
        catch (ProcessKilledException)
        {
            return Killed(kind, start);
        }
        catch (Exception e) when (e is PlanRefusedException or DeviceException or HypervisorException or StoreException or OperationCanceledException)
        {
            return Ended(MigrationOutcome.Stayed, e.Message);
        }
    }

    /// <returns>Null if the process was killed.</returns>
    private SessionSeen? Recover(WorldKill? kill)
    {
        var (session, start, notices) = Begin(kill);
        try
        {
            var recovery = new CrashRecovery(StateDirectory, Services(notices)) { Files = _files, Ledger = () => _store, Wrap = journal => Told(journal, session, kill) };
            var recovered = Whole(recovery.RunAsync(CancellationToken.None));
            if (Time.IsDead)
            {
                return Killed(AttemptKind.Recovery, start);
            }

            // Without a journal the dead had touched nothing, or had come to the end. Of one that cannot be read nothing is known, so there is no attempt.
            return recovered is [var machine]
                ? Seen(new SessionSeen(start, Time.NowNanoseconds, machine.MigrationId.Length > 0 ? AttemptKind.Recovery : AttemptKind.Shadow, machine.Outcome, machine.Reason))
                : Seen(new SessionSeen(start, Time.NowNanoseconds, AttemptKind.Shadow, MigrationOutcome.Recovered, "there was nothing to recover"));
        }
        catch (ProcessKilledException)
        {
            return Killed(AttemptKind.Recovery, start);
        }
    }

    private (int Session, long Start, List<SessionNotice> Notices) Begin(WorldKill? kill)
    {
        History.Session = History.Sessions.Count;
        Time.KillAtEffect = kill?.AtEffect ?? 0;
        _store.BeforeAppend = Time.Effect;
        var start = Time.NowNanoseconds;
        if (kill is { AtEffect: 0, AfterStep: null })
        {
            KillAfter(start, kill);
        }

        return (History.Session, start, []);
    }

    private SessionSeen Seen(SessionSeen session)
    {
        History.Sessions.Add(session);
        return session;
    }

    private SessionSeen? Killed(AttemptKind kind, long start)
    {
        Seen(new SessionSeen(start, Time.NowNanoseconds, kind, null, "it was killed"));
        return null;
    }

    /// <summary>Nothing of it is left to another thread, so it is over.</summary>
    private static T Whole<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("A part of the session was left to another thread.");

    private sealed class Ear(List<SessionNotice> heard) : ISessionObserver
    {
        public void On(SessionNotice notice) => heard.Add(notice);
    }
}
