using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>A simulated world: the planner's own sessions, journal, evidence and recovery in virtual time, with all that may go wrong around them.</summary>
internal sealed class World
{
    /// <summary>How long a device's server is waited for when it is asked.</summary>
    public const long AskLimitNanoseconds = 5_000_000_000;

    private const string StateDirectory = "/simulated";

    private readonly WorldScenario _scenario;
    private readonly WorldTime _time = new();
    private readonly WorldFiles _files;
    private readonly MemoryStore _store;
    private readonly WorldDevice[] _sources;
    private readonly WorldDevice[] _destinations;
    private readonly Drivers _drivers;
    private readonly string _name;

    private World(WorldScenario scenario, MemoryStore store, int run)
    {
        (_scenario, _store) = (scenario, store);
        _name = $"{scenario.Seed}-{run}";
        _files = new WorldFiles(_time, new Random((int)(scenario.Seed % int.MaxValue)));
        History = new WorldHistory
        {
            Devices = scenario.Profiles.Length,
            Limit = scenario.Policy.BlackoutLimit,
            DevicesMayFail = scenario.DevicesMayFail,
            MayLoseState = scenario.ResetsOnDisconnect || (scenario.DevicesMayFail && scenario.Policy.OnFailure.Contains(Policies.FailureAction.Reset)),
            LosesPower = scenario.Kills.Any(k => k.LosesPower),
        };
        _sources = Devices(MigrationSide.Source, run);
        _destinations = Devices(MigrationSide.Destination, run);
        _drivers = new Drivers(new WorldDriver([.. _sources, .. _destinations]));
        foreach (var (source, i) in _sources.Select((s, i) => (s, i)))
        {
            History.Guest(i, source.Model.GuestValue);
        }

        Array.ForEach([.. _sources, .. _destinations], d => History.Changed(d, _time.NowNanoseconds));
    }

    /// <summary>What an onlooker saw.</summary>
    public WorldHistory History { get; }

    /// <summary>Lets a scenario happen.</summary>
    public static World Run(WorldScenario scenario)
    {
        using var store = new MemoryStore();
        for (var run = 1; run <= scenario.Rehearsals; run++)
        {
            new World(Quiet(scenario), store, run).Migrate(MigrationMode.Rehearsal, null);
        }

        var world = new World(scenario, store, run: 0);
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

    /// <summary>What a scenario's switchover takes if it is carried out whatever the planner thinks of it.</summary>
    public static TimeSpan Truth(WorldScenario scenario)
    {
        using var store = new MemoryStore();
        return new World(Quiet(scenario), store, run: 0).Migrate(MigrationMode.Rehearsal, null)!.Attempt!.Pauses.Length;
    }

    private static WorldScenario Quiet(WorldScenario scenario) => scenario with
    {
        Profiles = [.. scenario.Profiles.Select(p => p with { Faults = [] })],
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
        SetFaults(true);
        var ended = Migrate(MigrationMode.Active, _scenario.Kills.FirstOrDefault());
        var kill = _scenario.Kills.Length > 0 ? 1 : 0;
        SetFaults(false);

        // Whoever finds what a dead process left recovers it, and may be killed as well.
        while (ended is null)
        {
            Bury(_scenario.Kills[kill - 1]);
            ended = Recover(_scenario.Kills.ElementAtOrDefault(kill));
            kill++;
        }

        History.Ledger = [.. _store.Attempts.Where(a => a.Id.StartsWith($"{_scenario.Seed}-0", StringComparison.Ordinal) || a.Kind == AttemptKind.Recovery)];
    }

    private WorldDevice[] Devices(MigrationSide side, int run) =>
    [
        .. _scenario.Profiles.Select((profile, i) => new WorldDevice(
            $"{(side == MigrationSide.Source ? "source" : "destination")}{i}", side, i, profile,
            new SimulatedDeviceOptions { Seed = (_scenario.Seed * 1000) + ((ulong)run * 10) + ((ulong)i * 2) + (side == MigrationSide.Source ? 0UL : 1UL) },
            _time, _scenario.Faults, History)
        {
            ResetsOnDisconnect = _scenario.ResetsOnDisconnect,
            CanBeCutOff = _scenario.CanBeCutOff,
        }),
    ];

    private void SetFaults(bool mayFail)
    {
        Array.ForEach([.. _sources, .. _destinations], d => d.MayFail = mayFail);
        _files.IsFull = mayFail && _scenario.DiskIsFull;
        _files.RefusesSyncFrom = mayFail ? _scenario.RefusesSyncFrom : 0;
        _store.Fault = mayFail && _scenario.StoreFails ? "The store is full: make room." : null;
    }

    /// <summary>What the end of a process does to the world.</summary>
    private void Bury(WorldKill kill)
    {
        Array.ForEach([.. _sources, .. _destinations], d => d.Disconnect());
        if (kill.LosesPower)
        {
            _files.LosePower();
        }

        _time.Revive();
    }

    private SessionServices Services(List<SessionNotice> notices) => new()
    {
        Clock = _time,
        Threads = _time,
        Mover = () => new WorldMover(_time),
        Store = _store,
        Drivers = _drivers,
        Host = "simulated",
        StateDirectory = StateDirectory,
        Observers = [new Ear(notices)],
    };

    private WorldJournal Told(IJournal journal, int session) => new WorldJournal(journal, _time, (entry, at) => History.Noted.Add(new NotedStep(at, session, entry)));

    /// <returns>Null if the process was killed.</returns>
    private SessionSeen? Migrate(MigrationMode mode, WorldKill? kill)
    {
        var (session, start, notices) = Begin(kill);
        using var cancel = new CancellationTokenSource();
        if (_scenario.CancelAfter is { } after)
        {
            _time.At(start + (after.Ticks * TimeSpan.NanosecondsPerTick), cancel.Cancel);
        }

        var kind = mode == MigrationMode.Rehearsal ? AttemptKind.Rehearsal : AttemptKind.Migration;
        SessionSeen? Ended(MigrationOutcome outcome, string reason, MigrationAttempt? attempt = null) => Seen(new SessionSeen(start, _time.NowNanoseconds, kind, outcome, reason)
        {
            Attempt = _store.Fault is null ? attempt : null,
            Decisions = [.. notices.OfType<Decided>()],
            SaidOverLimit = notices.OfType<MigrationEnded>().Any(e => e.IsOverLimit),
        });
        try
        {
            using var journal = new MigrationJournal(StateDirectory, null, _files) { Clock = _time };
            var result = Whole(MigrationSession.RunAsync(
                new DeviceMigrationRequest
                {
                    MigrationId = _name,
                    Machine = "vm",
                    Devices = [.. _sources.Select((s, i) => new DevicePair($"device{i}", s.Open(), _destinations[i].Open()))],
                    Policy = _scenario.Policy,
                    Mode = mode,
                    Patience = 3,
                },
                Services(notices) with { Journal = Told(journal, session) },
                cancel.Token));
            return _time.IsDead ? Killed(kind, start) : Ended(result.Outcome, result.Reason, result.Attempt);
        }
        catch (ProcessKilledException)
        {
            return Killed(kind, start);
        }
        catch (Exception e) when (e is PlanRefusedException or DeviceException or StoreException or OperationCanceledException)
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
            var recovery = new CrashRecovery(StateDirectory, Services(notices)) { Files = _files, Ledger = () => _store, Wrap = journal => Told(journal, session) };
            var recovered = Whole(recovery.RunAsync(CancellationToken.None));
            if (_time.IsDead)
            {
                return Killed(AttemptKind.Recovery, start);
            }

            // Without a journal the dead had touched nothing, or had come to the end. Of one that cannot be read nothing is known, so there is no attempt.
            return recovered is [var machine]
                ? Seen(new SessionSeen(start, _time.NowNanoseconds, machine.MigrationId.Length > 0 ? AttemptKind.Recovery : AttemptKind.Shadow, machine.Outcome, machine.Reason))
                : Seen(new SessionSeen(start, _time.NowNanoseconds, AttemptKind.Shadow, MigrationOutcome.Recovered, "there was nothing to recover"));
        }
        catch (ProcessKilledException)
        {
            return Killed(AttemptKind.Recovery, start);
        }
    }

    private (int Session, long Start, List<SessionNotice> Notices) Begin(WorldKill? kill)
    {
        History.Session = History.Sessions.Count;
        _time.KillAtEffect = kill?.AtEffect ?? 0;
        _store.BeforeAppend = _time.Effect;
        var start = _time.NowNanoseconds;
        if (kill is { AtEffect: 0 })
        {
            _time.At(start + (kill.After.Ticks * TimeSpan.NanosecondsPerTick), _time.Kill);
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
        Seen(new SessionSeen(start, _time.NowNanoseconds, kind, null, "it was killed"));
        return null;
    }

    /// <summary>Nothing of it is left to another thread, so it is over.</summary>
    private static T Whole<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("A part of the session was left to another thread.");

    private sealed class Ear(List<SessionNotice> heard) : ISessionObserver
    {
        public void On(SessionNotice notice) => heard.Add(notice);
    }
}
