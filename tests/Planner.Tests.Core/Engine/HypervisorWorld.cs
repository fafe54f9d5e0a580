using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Tests.Engine;

/// <summary>Two hypervisors and the way between them in virtual time, with whatever can go wrong. It behaves as QEMU was seen to behave.</summary>
internal sealed partial class HypervisorWorld
{
    private const long Millisecond = 1_000_000;

    private readonly Random _random;
    private readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    private readonly Side _source = new() { Guest = GuestRunState.Running };
    private readonly Side _destination = new() { Guest = GuestRunState.Incoming };
    private readonly HypervisorPlan _plan;
    private readonly bool _hasDevice;
    private long _now;
    private long _order;
    private bool _isAllowed;
    private bool _isHeld = true;
    private bool _isLinkStalled;
    private bool _hasHandover;
    private bool _isPlannerDead;
    private bool _isLosingCommands;
    private bool _isCancelStuck;
    private HypervisorState? _state;

    public HypervisorWorld(int seed, bool hasDevice = false)
    {
        _random = new Random(seed);
        _hasDevice = hasDevice;
        _plan = new HypervisorPlan { SourceAddress = "qmp:a", DestinationAddress = "qmp:b", Limit = TimeSpan.FromMilliseconds(300), Devices = hasDevice ? ["dev0"] : [] };
    }

    public List<string> Log { get; } = [];

    public bool BothRan { get; private set; }

    public HypervisorState State => _state!;

    public bool RunsOnSource => _source is { IsAlive: true, Guest: GuestRunState.Running };

    public bool RunsOnDestination => _destination is { IsAlive: true, Guest: GuestRunState.Running };

    /// <summary>Something goes wrong, or somebody cancels, at a moment.</summary>
    public void Schedule(string what, TimeSpan at) => At(at.Ticks * 100, () => Happen(what));

    /// <summary>Runs a session to its end, and after a death of the planner a recovery.</summary>
    public void Run()
    {
        Take(HypervisorEngine.Start(_plan, _now));
        Pump();
        while (_isPlannerDead)
        {
            // Whatever is under way goes on without the planner for a while.
            At(_now + _random.NextInt64(2000 * Millisecond), () => _isPlannerDead = false);
            while (_isPlannerDead && _agenda.TryDequeue(out var next, out var key))
            {
                _now = Math.Max(_now, key.At);
                next();
            }

            Log.Add($"{_now / Millisecond} recover");
            Take(HypervisorEngine.Recover(_plan, _hasHandover, _now));
            Pump();
        }
    }

    private void Pump()
    {
        for (var i = 0; i < 20_000 && _state!.Stage != HypervisorStage.Ended && !_isPlannerDead && _agenda.TryDequeue(out var next, out var key); i++)
        {
            _now = Math.Max(_now, key.At);
            next();
            BothRan |= RunsOnSource && RunsOnDestination;
        }
    }

    private void At(long nanoseconds, Action what) => _agenda.Enqueue(what, (nanoseconds, _order++));

    private void In(double fromMilliseconds, double toMilliseconds, Action what) =>
        At(_now + (long)((fromMilliseconds + (_random.NextDouble() * (toMilliseconds - fromMilliseconds))) * Millisecond), what);

    private void Feed(EngineEvent happened)
    {
        if (!_isPlannerDead)
        {
            Take(HypervisorEngine.Advance(_state!, happened, _now));
        }
    }

    private void Take(Step<HypervisorState> step)
    {
        if (_state?.Stage != step.State.Stage)
        {
            Log.Add($"{_now / Millisecond} {step.State.Stage}");
        }

        _state = step.State;
        for (var i = 0; i < step.Commands.Length; i++)
        {
            var command = step.Commands[i];
            if (_isLosingCommands && command is not EndSession)
            {
                // Whatever carries the commands out fails, once, at any of them.
                _isLosingCommands = i + 1 < step.Commands.Length && _random.Next(2) == 0;
                if (!_isLosingCommands)
                {
                    // Whoever carries commands out has the engine woken all the same.
                    var lost = step.Commands[i..].RemoveAll(c => c is WakeAt);
                    foreach (var wake in step.Commands[i..].OfType<WakeAt>())
                    {
                        WakeLater(wake);
                    }

                    Log.Add($"{_now / Millisecond} lost {string.Join(", ", lost)}");
                    At(_now, () => Feed(new ShellFailed(lost, "the test lets it fail")));
                    break;
                }
            }

            switch (command)
            {
                case OpenJournal:
                    In(0, 1, () => Feed(new JournalOpened()));
                    break;
                case MarkHandover:
                    _hasHandover = true;
                    break;
                case WakeAt wake:
                    WakeLater(wake);
                    break;
                case TellHypervisor tell:
                    In(0.1, 3, () => Answer(tell));
                    break;
            }
        }
    }

    private void WakeLater(WakeAt wake) => At(wake.WakeAtNanoseconds, () => Feed(new Woke(wake.WakeAtNanoseconds)));

    private void Answer(TellHypervisor tell)
    {
        var side = tell.Side == MigrationSide.Source ? _source : _destination;
        if (!side.IsAlive)
        {
            Feed(new HypervisorAnswered(tell.Side, tell.Order, "it is gone", HypervisorFault.NotFound));
            return;
        }

        // While the devices are saved the monitor is blocked; a stalled one answers nobody.
        if (_now < side.StalledUntil || (side == _source && side.Migration == HypervisorMigrationStatus.Device && tell.Order != HypervisorOrder.Cancel))
        {
            if (tell.Order == HypervisorOrder.Report)
            {
                In(2000, 2000, () => Feed(new HypervisorAnswered(tell.Side, tell.Order, "it does not answer", HypervisorFault.TimedOut)));
            }
            else
            {
                In(1, 50, () => Answer(tell));
            }

            return;
        }

        Log.Add($"{_now / Millisecond} {tell.Side} {tell.Order} ({side.Guest}/{side.Migration})");
        Do(tell, side);
        if (_hasDevice && tell.Order == HypervisorOrder.Continue)
        {
            // The answer comes once the devices run.
            At(side.StalledUntil, () => AnswerContinue(tell, side));
            return;
        }

        Feed(new HypervisorAnswered(tell.Side, tell.Order, Report: tell.Order == HypervisorOrder.Report
            ? new HypervisorReport(side.Guest, side.Migration, $"{side.Guest}/{side.Migration}", null)
            : null));
    }

    private void Do(TellHypervisor tell, Side side)
    {
        switch (tell.Order)
        {
            case HypervisorOrder.Listen:
                side.Migration = HypervisorMigrationStatus.Setup;
                break;
            case HypervisorOrder.Start:
                Change(_source, HypervisorMigrationStatus.Active);
                Move(_source, DeviceState.PreCopy);
                Move(_destination, DeviceState.Resuming);
                _destination.Migration = _destination.IsAlive ? HypervisorMigrationStatus.Active : _destination.Migration;
                In(10, 30, Pass);
                break;
            case HypervisorOrder.Allow:
                _isHeld = false;
                if (!_isAllowed)
                {
                    _isAllowed = true;
                    In(2, 180, StopGuest);
                }

                break;
            case HypervisorOrder.Hold:
                (_isHeld, _isAllowed) = (true, false);
                break;
            case HypervisorOrder.Cancel when side.Migration == HypervisorMigrationStatus.Active && _isCancelStuck:
                Change(side, HypervisorMigrationStatus.Cancelling);
                break;
            case HypervisorOrder.Cancel when side.Migration == HypervisorMigrationStatus.Active:
                Change(side, _random.Next(2) == 0 ? HypervisorMigrationStatus.Cancelled : HypervisorMigrationStatus.Failed);
                End(_destination);
                break;
            case HypervisorOrder.Cancel when side.Migration == HypervisorMigrationStatus.Device:
                Fail();
                break;
            case HypervisorOrder.Continue:
                Resume(side);
                break;
            case HypervisorOrder.Quit:
                End(side);
                break;
        }
    }

    private void Pass()
    {
        if (_source is not { IsAlive: true, Migration: HypervisorMigrationStatus.Active, Guest: GuestRunState.Running })
        {
            return;
        }

        Tell(_source, new PreCopyProgressed { ReceivedNanoseconds = _now, IsPass = true });
        var action = _random.Next(10) switch
        {
            < 2 => SwitchoverAction.Commit,
            2 when _random.Next(20) == 0 => SwitchoverAction.Abort,
            _ => SwitchoverAction.Wait,
        };
        if (_state!.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed)
        {
            Feed(new PassJudged(new PassJudgement(action, null, 1 << 20, null, false) { Reason = "The judge gives up." }));
        }

        // Nothing left to send: it stops by itself, held or not.
        if (_random.Next(200) == 0)
        {
            (_isAllowed, _isHeld) = (true, false);
            StopGuest();
        }

        In(5, 100, Pass);
    }

    private void StopGuest()
    {
        if (_isHeld || _source is not { IsAlive: true, Migration: HypervisorMigrationStatus.Active, Guest: GuestRunState.Running })
        {
            return;
        }

        _source.Guest = GuestRunState.Finishing;
        if (_hasDevice)
        {
            Walk(_source, StandsStill);
        }
        else
        {
            StandsStill();
        }
    }

    private void Sent()
    {
        if (_source is not { IsAlive: true, Migration: HypervisorMigrationStatus.Device } || !_destination.IsAlive || _isLinkStalled)
        {
            return;
        }

        _destination.Guest = GuestRunState.Paused;
        Change(_destination, HypervisorMigrationStatus.Completed);
        if (_random.Next(20) == 0)
        {
            // The last word was lost: the source fails, and its guest runs on.
            Fail();
            return;
        }

        _source.Guest = GuestRunState.Migrated;
        Change(_source, HypervisorMigrationStatus.Completed);
        Tell(_source, new SwitchoverDone(1, null) { ReceivedNanoseconds = _now });
    }

    private void Fail()
    {
        if (!_source.IsAlive || _source.Migration is not (HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device))
        {
            return;
        }

        Change(_source, HypervisorMigrationStatus.Failed);
        if (_source.Guest == GuestRunState.Finishing)
        {
            Resume(_source);
        }
    }

    private void Happen(string what)
    {
        Log.Add($"{_now / Millisecond} *** {what}");
        switch (what)
        {
            case "fail shell":
                Feed(new ShellFailed([], "the test lets it fail"));
                break;
            case "lose commands":
                _isLosingCommands = true;
                break;
            case "cancel":
                Feed(new CancelRequested());
                break;
            case "cancel that sticks":
                _isCancelStuck = true;
                Feed(new CancelRequested());
                break;
            case "stop by others":
                StopByOthers(runsAgain: false);
                break;
            case "stop and cont by others":
                StopByOthers(runsAgain: true);
                break;
            case "kill source":
                End(_source);
                if (_destination is { IsAlive: true, Guest: GuestRunState.Incoming })
                {
                    End(_destination);
                }

                break;
            case "kill destination":
                End(_destination);
                break;
            case "kill planner":
                _isPlannerDead = true;
                break;
            case "break link":
                if (_destination.Guest == GuestRunState.Incoming && _source.IsAlive && _source.Migration is HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device)
                {
                    End(_destination);
                }

                break;
            case "stall link":
                _isLinkStalled = true;
                break;
            case "stall source":
                _source.StalledUntil = _now + _random.NextInt64(20_000 * Millisecond);
                break;
            case "stall destination":
                _destination.StalledUntil = _now + _random.NextInt64(20_000 * Millisecond);
                break;
        }
    }

    private void End(Side side)
    {
        if (!side.IsAlive)
        {
            return;
        }

        side.IsAlive = false;
        Tell(side, new MonitorLost("it ended") { ReceivedNanoseconds = _now }, isLast: true);
        if (side == _destination)
        {
            In(0, 5, Fail);
        }
    }

    private void Resume(Side side)
    {
        side.Guest = GuestRunState.Running;
        if (_hasDevice)
        {
            side.StalledUntil = Math.Max(side.StalledUntil, _now + _random.NextInt64(300 * Millisecond));
        }

        Tell(side, new GuestResumed { ReceivedNanoseconds = _now });
    }

    private void Change(Side side, HypervisorMigrationStatus status)
    {
        side.Migration = status;
        Tell(side, new MigrationChanged(status) { ReceivedNanoseconds = _now });
    }

    private void Tell(Side side, HypervisorEvent what, bool isLast = false)
    {
        var name = side == _source ? MigrationSide.Source : MigrationSide.Destination;

        // A monitor tells everything in its order.
        side.ToldUntil = Math.Max(side.ToldUntil, _now + (long)((0.05 + (_random.NextDouble() * 0.25)) * Millisecond));
        At(side.ToldUntil, () =>
        {
            if (side.IsAlive || isLast)
            {
                Feed(new HypervisorTold(name, what));
            }
        });
    }

    private sealed class Side
    {
        public GuestRunState Guest { get; set; }

        public HypervisorMigrationStatus Migration { get; set; }

        public bool IsAlive { get; set; } = true;

        public long StalledUntil { get; set; }

        public long ToldUntil { get; set; }
    }
}
