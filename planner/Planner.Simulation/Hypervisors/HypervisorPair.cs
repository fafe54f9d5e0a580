using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>The migration of a machine between two simulated hypervisors: passes, stop phase and failures in the order in which QEMU was seen to have them.</summary>
internal sealed class HypervisorPair
{
    private const long Millisecond = 1_000_000;
    private const long ProgressEvery = 100 * Millisecond;
    private const long LongestLook = 100 * Millisecond;
    private const long ShortestPass = 25 * Millisecond;

    // Pages that a guest has never touched are not sent.
    private const double TouchedShare = 0.5;

    private readonly WorldMachine _machine;
    private readonly WorldTime _time;
    private readonly Random _chance;
    private readonly WorldHistory _history;
    private long _allowedBytes;
    private bool _isHeld = true;
    private bool _isLinkStalled;
    private bool _isCancelStuck;
    private bool _losesLastWord;
    private bool _isFailing;
    private double _linkFactor = 1;
    private double _dirtyFactor = 1;
    private int _pass;
    private int _migration;
    private long _passBegan;
    private TimeSpan _passAt;
    private long _passBytes;
    private double _passRate;
    private long _sentBytes;
    private long _stopped;

    public HypervisorPair(WorldMachine machine, WorldTime time, Random chance, WorldHistory history)
    {
        (_machine, _time, _chance, _history) = (machine, time, chance, history);
        Source = new WorldHypervisor(MigrationSide.Source, machine, time, chance) { Pair = this };
        Destination = new WorldHypervisor(MigrationSide.Destination, machine, time, chance) { Pair = this };
        See(Source);
        See(Destination);
    }

    public WorldHypervisor Source { get; }

    public WorldHypervisor Destination { get; }

    /// <summary>Faults happen only while this is set.</summary>
    public bool MayFail { get; set; }

    private long Now => _time.NowNanoseconds;

    private bool IsInPreCopy => Source is { IsAlive: true, Guest: GuestRunState.Running, Migration: HypervisorMigrationStatus.Active };

    /// <summary>A planner has sent a command that its journal has to have.</summary>
    public void Commanded(WorldHypervisor hypervisor, DeviceState from, DeviceState target) =>
        _history.Commands.Add(new DeviceCommand(Now, Now, _history.Session, hypervisor.Side, 0, from, target));

    public void Start()
    {
        Change(Source, HypervisorMigrationStatus.Active);
        Destination.Migration = Destination.IsAlive ? HypervisorMigrationStatus.Active : Destination.Migration;
        _migration++;
        Strike(MachinePhase.PreCopy);
        BeginPass((long)(_machine.RamBytes * TouchedShare));
    }

    public void Allow(long bytes)
    {
        (_isHeld, _allowedBytes) = (false, bytes);

        // A permission is looked at every so often, and what was written in this pass is counted only if little enough seems to be left.
        var pass = _pass;
        _time.Happens(Now + _chance.NextInt64(Millisecond, LongestLook), () =>
        {
            if (pass == _pass && IsInPreCopy && !_isHeld && Left() <= _allowedBytes && Left() + Dirtied() is var count && count <= _allowedBytes)
            {
                StopGuest(count);
            }
        });
    }

    public void Hold() => (_isHeld, _allowedBytes) = (true, 0);

    public void Cancel()
    {
        if (Source.Migration == HypervisorMigrationStatus.Device)
        {
            Fail();
        }
        else if (Source.Migration == HypervisorMigrationStatus.Active && _isCancelStuck)
        {
            Change(Source, HypervisorMigrationStatus.Cancelling);
        }
        else if (Source.Migration == HypervisorMigrationStatus.Active)
        {
            Change(Source, _chance.Next(2) == 0 ? HypervisorMigrationStatus.Cancelled : HypervisorMigrationStatus.Failed);
            End(Destination);
        }
    }

    /// <summary>Lets a guest run: whoever asked is answered once it does.</summary>
    public void Continue(WorldHypervisor hypervisor, Action done)
    {
        if (hypervisor.Guest is GuestRunState.Paused or GuestRunState.Migrated or GuestRunState.Finishing)
        {
            _time.Happens(Now + Fixed(), () =>
            {
                if (hypervisor.IsAlive)
                {
                    Resume(hypervisor);
                    done();
                }
            });
        }
        else
        {
            done();
        }
    }

    /// <summary>A process ends.</summary>
    public void End(WorldHypervisor hypervisor)
    {
        if (!hypervisor.IsAlive)
        {
            return;
        }

        hypervisor.IsAlive = false;
        See(hypervisor);
        hypervisor.Drop("the process has ended");
        if (hypervisor == Destination)
        {
            _time.Happens(Now + _chance.NextInt64(5 * Millisecond), Fail);
        }
        else if (Destination.Guest == GuestRunState.Incoming)
        {
            End(Destination);
        }
    }

    private void BeginPass(long bytes)
    {
        (_pass, _passBegan, _passAt, _passBytes) = (_pass + 1, Now, Source.Wall, bytes);
        _passRate = _machine.LinkBytesPerSecond * _linkFactor * Math.Exp(0.1 * Normal());
        var (pass, migration) = (_pass, _migration);
        TellProgress(isPass: true);
        NextProgress();
        if (!_isLinkStalled)
        {
            _time.Happens(Now + Math.Max(ShortestPass, (long)(bytes / _passRate * 1e9)), () =>
            {
                if (pass == _pass && migration == _migration && IsInPreCopy && !_isLinkStalled)
                {
                    _sentBytes += _passBytes;
                    EndPass(Dirtied());
                }
            });
        }

        void NextProgress() => _time.Happens(Now + ProgressEvery, () =>
        {
            if (pass == _pass && migration == _migration && IsInPreCopy)
            {
                TellProgress(isPass: false);
                NextProgress();
            }
        });
    }

    private void EndPass(long bytes)
    {
        if (!_isHeld && bytes <= _allowedBytes)
        {
            StopGuest(bytes);
        }
        else
        {
            BeginPass(bytes);
        }
    }

    private void StopGuest(long bytes)
    {
        (_pass, _stopped) = (_pass + 1, Now);
        Source.Guest = GuestRunState.Finishing;
        See(Source);
        var passAt = _passAt;
        Source.TellNow(() => new GuestStopped { ReceivedNanoseconds = 0, LastPassAt = passAt });
        Change(Source, HypervisorMigrationStatus.Device);
        Strike(MachinePhase.Stop);
        SendRest(bytes, Now + Fixed() + (long)(bytes / (_machine.LinkBytesPerSecond * _linkFactor) * 1e9));
    }

    private void SendRest(long bytes, long until) => _time.Happens(until, () =>
    {
        if (Source is not { IsAlive: true, Migration: HypervisorMigrationStatus.Device } || !Destination.IsAlive || _isLinkStalled)
        {
            return;
        }

        (Destination.Guest, Destination.HasGuest) = (GuestRunState.Paused, true);
        See(Destination);
        Change(Destination, HypervisorMigrationStatus.Completed);
        if (_losesLastWord)
        {
            Fail();
            return;
        }

        Source.Guest = GuestRunState.Migrated;
        Change(Source, HypervisorMigrationStatus.Completed);
        var downtime = TimeSpan.FromMilliseconds((Now - _stopped) / Millisecond);
        Source.Tell(now => new SwitchoverDone(bytes, downtime) { ReceivedNanoseconds = now });
        Strike(MachinePhase.Handover);
    });

    /// <summary>The migration fails: a guest that it stopped runs on.</summary>
    private void Fail()
    {
        if (!Source.IsAlive || Source.Migration is not (HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device) || _isFailing)
        {
            return;
        }

        Change(Source, HypervisorMigrationStatus.Failed);
        if (Source.Guest != GuestRunState.Finishing)
        {
            return;
        }

        _isFailing = true;
        _time.Happens(Now + Fixed(), () =>
        {
            if (Source.IsAlive)
            {
                Resume(Source);
            }
        });
    }

    private void Resume(WorldHypervisor hypervisor)
    {
        hypervisor.Guest = GuestRunState.Running;
        See(hypervisor);
        hypervisor.TellNow(() => new GuestResumed { ReceivedNanoseconds = 0 });
    }

    private void Strike(MachinePhase phase)
    {
        foreach (var fault in _machine.Faults.Where(f => f.Phase == phase))
        {
            _time.Happens(Now + (fault.After.Ticks * TimeSpan.NanosecondsPerTick), () =>
            {
                if (MayFail)
                {
                    Happen(fault);
                }
            });
        }
    }

    private void Happen(MachineFault fault)
    {
        var until = Now + (fault.Lasting.Ticks * TimeSpan.NanosecondsPerTick);
        switch (fault.Kind)
        {
            case MachineFaultKind.EndSource:
                End(Source);
                break;
            case MachineFaultKind.EndDestination:
                End(Destination);
                break;
            case MachineFaultKind.StallSource:
                Source.StalledUntil = until;
                break;
            case MachineFaultKind.StallDestination:
                Destination.StalledUntil = until;
                break;
            case MachineFaultKind.DropSource:
                Source.Drop("the connection was reset");
                break;
            case MachineFaultKind.DropDestination:
                Destination.Drop("the connection was reset");
                break;
            case MachineFaultKind.StallLink:
                _isLinkStalled = true;
                break;
            case MachineFaultKind.BreakLink when Destination.Guest == GuestRunState.Incoming:
                End(Destination);
                break;
            case MachineFaultKind.CollapseLink:
                _linkFactor = 0.1;
                break;
            case MachineFaultKind.Spike:
                _dirtyFactor = 10;
                break;
            case MachineFaultKind.StepSourceClock:
                Source.ClockAhead += _chance.Next(2) == 0 ? WorldMachine.OneClockStep : -WorldMachine.OneClockStep;
                break;
            case MachineFaultKind.StepDestinationClock:
                Destination.ClockAhead += _chance.Next(2) == 0 ? WorldMachine.OneClockStep : -WorldMachine.OneClockStep;
                break;
            case MachineFaultKind.StickCancel:
                _isCancelStuck = true;
                break;
            case MachineFaultKind.LoseLastWord:
                _losesLastWord = true;
                break;
            case MachineFaultKind.RefuseSource:
                Source.IsRefusing = true;
                break;
            case MachineFaultKind.StopByItself when IsInPreCopy:
                StopGuest(0);
                break;
            case MachineFaultKind.Fail:
                Fail();
                break;
        }
    }

    private void TellProgress(bool isPass)
    {
        var (pass, left, rate, sent) = (_pass, Left(), _pass > 1 ? _passRate : 0, _sentBytes + _passBytes - Left());
        var asked = Now;
        Source.Tell(now => new PreCopyProgressed
        {
            ReceivedNanoseconds = now,
            AskedNanoseconds = asked,
            IsPass = isPass,
            Pass = pass,
            RemainingBytes = left,
            SentBytes = sent,
            BytesPerSecond = rate,
            TotalBytes = _machine.RamBytes,
            ThrottlePercent = Source.ThrottlePercent,
        });
    }

    private long Left() => Math.Max(0, _passBytes - (_isLinkStalled ? 0 : (long)((Now - _passBegan) / 1e9 * _passRate)));

    /// <summary>What the guest has written since the pass began.</summary>
    private long Dirtied() => (long)Math.Min(
        _machine.WorkingSetBytes, (Now - _passBegan) / 1e9 * _machine.DirtyBytesPerSecond * _dirtyFactor * (100 - Source.ThrottlePercent) / 100 * Math.Exp(0.1 * Normal()));

    private static void Change(WorldHypervisor hypervisor, HypervisorMigrationStatus status)
    {
        hypervisor.Migration = status;
        hypervisor.TellNow(() => new MigrationChanged(status) { ReceivedNanoseconds = 0 });
    }

    /// <summary>An onlooker sees what a side's guest does.</summary>
    private void See(WorldHypervisor hypervisor)
    {
        DeviceState? state = hypervisor switch
        {
            { IsAlive: false } => null,
            { Guest: GuestRunState.Running } => DeviceState.Running,
            { Guest: GuestRunState.Incoming } => DeviceState.Resuming,
            _ => DeviceState.Stop,
        };
        _history.Changes.Add(new DeviceChange(Now, hypervisor.Side, 0, state, hypervisor.HasGuest));
    }

    private long Fixed() => (long)(_machine.FixedMedian.TotalNanoseconds * Math.Exp(0.3 * Normal()));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _chance.NextDouble())) * Math.Cos(2 * Math.PI * _chance.NextDouble());
}
