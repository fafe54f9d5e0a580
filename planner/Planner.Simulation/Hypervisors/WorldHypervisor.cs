using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>One side's hypervisor: its process, its monitor, and the clock of its host. It outlives the planner that steers it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A connection is its planner's to close.")]
internal sealed class WorldHypervisor(MigrationSide side, WorldMachine machine, WorldTime time, Random chance)
{
    public const string SchemeName = "worldvm";

    private const long LeastDelayNanoseconds = 50_000;
    private const long MostDelayNanoseconds = 300_000;

    private static readonly TimeSpan Epoch = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch;

    private readonly List<Action> _waiting = [];
    private WorldMonitor? _monitor;
    private long _toldUntil;

    public string Name { get; } = side == MigrationSide.Source ? "source" : "destination";

    public string Address => $"{SchemeName}:{Name}";

    public MigrationSide Side => side;

    public GuestRunState Guest { get; set; } = side == MigrationSide.Source ? GuestRunState.Running : GuestRunState.Incoming;

    public HypervisorMigrationStatus Migration
    {
        get;
        set
        {
            field = value;
            if (!IsSaving)
            {
                _waiting.ForEach(ask => time.Happens(time.NowNanoseconds + Delay(), ask));
                _waiting.Clear();
            }
        }
    }

    public bool IsAlive { get; set; } = true;

    /// <summary>Whether all of the guest is here.</summary>
    public bool HasGuest { get; set; } = side == MigrationSide.Source;

    /// <summary>Until when the monitor answers nobody, in virtual nanoseconds.</summary>
    public long StalledUntil { get; set; }

    /// <summary>Whether it refuses to be steered.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>What a planner has set and not put back: capabilities and parameters of the migration.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>The share of time that is taken from the guest, in percent.</summary>
    public int ThrottlePercent { get; set; }

    /// <summary>By how much the clock of the host is ahead.</summary>
    public TimeSpan ClockAhead { get; set; } = side == MigrationSide.Source ? machine.SourceClockAhead : machine.DestinationClockAhead;

    /// <summary>What the host's clock shows, since the Unix epoch.</summary>
    public TimeSpan Wall => TimeSpan.FromMicroseconds(Math.Floor((Epoch + ClockAhead + TimeSpan.FromTicks(time.NowNanoseconds / TimeSpan.NanosecondsPerTick)).TotalMicroseconds));

    /// <summary>Whether the monitor answers nobody: while it is stalled, and while the devices are saved.</summary>
    public bool IsBlocked => time.NowNanoseconds < StalledUntil || IsSaving;

    private bool IsSaving => side == MigrationSide.Source && Migration == HypervisorMigrationStatus.Device;

    public HypervisorOffer Offer { get; } = new()
    {
        Version = "simulated 1.0",
        HypervisorClass = "simulated/1.0",
        MachineType = "simulated-1.0",
        CpuModel = "simulated",
        Accelerator = "simulated",
        RamBytes = machine.RamBytes,
        OffersThrottle = machine.OffersThrottle,
        Process = $"process of the {side}",
        Host = $"host of the {side}",
    };

    public HypervisorReport Report => new(Guest, Migration, $"{Guest}/{Migration}", null);

    /// <summary>How long it takes until what one says is heard by the other, in nanoseconds.</summary>
    public long Delay() => chance.NextInt64(LeastDelayNanoseconds, MostDelayNanoseconds);

    /// <summary>Connects a planner.</summary>
    public WorldMonitor Connect()
    {
        _monitor = new WorldMonitor(this, Pair!, time);
        return _monitor;
    }

    /// <summary>The migration that it is a side of.</summary>
    public HypervisorPair? Pair { get; set; }

    /// <summary>Asks again once the monitor answers.</summary>
    public void OnceItAnswers(Action ask)
    {
        if (IsSaving)
        {
            _waiting.Add(ask);
        }
        else
        {
            time.Happens(StalledUntil, ask);
        }
    }

    /// <summary>Connects a planner once the monitor answers.</summary>
    public Task<IHypervisor> OpenAsync(CancellationToken cancel)
    {
        var opened = new TaskCompletionSource<IHypervisor>();
        var life = time.Life;
        cancel.Register(() => opened.TrySetCanceled(cancel));
        time.Happens(time.NowNanoseconds + Delay(), Try);
        return opened.Task;

        void Try()
        {
            if (IsAlive && IsBlocked)
            {
                OnceItAnswers(Try);
            }
            else if (life == time.Life && !time.IsDead && !IsAlive)
            {
                opened.TrySetException(new HypervisorException(HypervisorFault.NotFound, $"{Address}: there is no such process."));
            }
            else if (life == time.Life && !time.IsDead && !opened.Task.IsCompleted)
            {
                opened.TrySetResult(Connect());
            }
        }
    }

    /// <summary>The planner's connection ends.</summary>
    public void Disconnect()
    {
        if (_monitor is { } monitor)
        {
            monitor.IsClosed = true;
            _monitor = null;
        }
    }

    /// <summary>The planner's connection ends, and it is told.</summary>
    public void Drop(string reason)
    {
        if (_monitor is { IsClosed: false })
        {
            Tell(now => new MonitorLost(reason) { ReceivedNanoseconds = now });
            var lost = _monitor;
            time.Happens(_toldUntil, () => lost.IsClosed = true);
        }
    }

    /// <summary>Tells the planner that is connected something. A monitor keeps its order.</summary>
    /// <param name="what">What, by when it is heard.</param>
    public void Tell(Func<long, HypervisorEvent> what)
    {
        if (_monitor is not { } monitor)
        {
            return;
        }

        _toldUntil = Math.Max(_toldUntil, time.NowNanoseconds + Delay());
        time.At(_toldUntil, () =>
        {
            if (!monitor.IsClosed)
            {
                monitor.Observer?.Invoke(what(time.NowNanoseconds));
            }
        });
    }

    /// <summary>Tells of something that happens now, with the time of the host's clock.</summary>
    public void TellNow(Func<HypervisorEvent> make)
    {
        var wall = Wall;
        Tell(now => make() with { ReceivedNanoseconds = now, HappenedAt = wall });
    }
}
