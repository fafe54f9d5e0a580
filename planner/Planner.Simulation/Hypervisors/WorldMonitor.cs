using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A planner's connection to a simulated hypervisor.</summary>
internal sealed class WorldMonitor(WorldHypervisor hypervisor, HypervisorPair pair, WorldTime time) : IHypervisor
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(10);

    public string Address => hypervisor.Address;

    public HypervisorOffer Offer => hypervisor.Offer;

    public Action<HypervisorEvent>? Observer { get; set; }

    /// <summary>Whether the connection has ended.</summary>
    public bool IsClosed { get; set; }

    public Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken) => AskAsync<HypervisorReport>(limit, done => done(hypervisor.Report));

    public Task<string> ReadSettingsAsync(CancellationToken cancellationToken) => Task.FromResult(hypervisor.IsPrepared ? "prepared" : "");

    public Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken) => TellAsync(() => hypervisor.IsPrepared = true);

    public Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken) => TellAsync(() => hypervisor.Migration = HypervisorMigrationStatus.Setup);

    public Task StartAsync(string channel, CancellationToken cancellationToken)
    {
        pair.Commanded(hypervisor, DeviceState.Running, DeviceState.PreCopy);
        return TellAsync(pair.Start);
    }

    public Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken)
    {
        pair.Commanded(hypervisor, DeviceState.PreCopy, DeviceState.StopCopy);
        return TellAsync(() => pair.Allow(bytes));
    }

    public Task HoldAsync(CancellationToken cancellationToken) => TellAsync(pair.Hold);

    public Task ThrottleAsync(int percent, CancellationToken cancellationToken) => TellAsync(() => hypervisor.ThrottlePercent = percent);

    public Task CancelAsync(CancellationToken cancellationToken) => AskAsync<bool>(
        CommandLimit, done =>
        {
            pair.Cancel();
            done(true);
        }, breaksOff: true);

    public Task ContinueAsync(CancellationToken cancellationToken)
    {
        pair.Commanded(hypervisor, DeviceState.Stop, DeviceState.Running);
        return AskAsync<bool>(CommandLimit, done => pair.Continue(hypervisor, () => done(true)));
    }

    public Task RestoreAsync(string settings, CancellationToken cancellationToken) => TellAsync(() =>
    {
        hypervisor.IsPrepared = settings.Length > 0 && hypervisor.IsPrepared;
        hypervisor.ThrottlePercent = 0;
    });

    public Task QuitAsync(CancellationToken cancellationToken) => TellAsync(() => pair.End(hypervisor));

    public Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken) =>
        throw new HypervisorException(HypervisorFault.NotSupported, $"{Address}: what the guest writes is not measured.");

    public ValueTask DisposeAsync()
    {
        IsClosed = true;
        return ValueTask.CompletedTask;
    }

    private Task<bool> TellAsync(Action act) => AskAsync<bool>(CommandLimit, done =>
    {
        if (hypervisor.IsRefusing)
        {
            throw new HypervisorException(HypervisorFault.Refused, $"{Address}: it refuses.");
        }

        act();
        done(true);
    });

    /// <summary>What was sent is done once the monitor answers, whether or not somebody still waits.</summary>
    private Task<T> AskAsync<T>(TimeSpan limit, Action<Action<T>> act, bool breaksOff = false)
    {
        time.Effect();
        var answer = new TaskCompletionSource<T>();
        var (life, until) = (time.Life, time.NowNanoseconds + (long)limit.TotalNanoseconds);
        if (IsClosed)
        {
            throw new HypervisorException(HypervisorFault.Lost, $"{Address}: the connection to the monitor is lost.");
        }

        time.Happens(time.NowNanoseconds + hypervisor.Delay(), Try);
        time.Happens(until, () => Fail(new HypervisorException(HypervisorFault.TimedOut, $"{Address}: the monitor does not answer.")));
        return answer.Task;

        void Try()
        {
            if (!hypervisor.IsAlive || IsClosed)
            {
                Fail(new HypervisorException(hypervisor.IsAlive ? HypervisorFault.Lost : HypervisorFault.NotFound, $"{Address}: the connection to the monitor is lost."));
            }
            else if (hypervisor.IsBlocked && !breaksOff)
            {
                hypervisor.OnceItAnswers(Try);
            }
            else
            {
                try
                {
                    act(result => Answer(() => answer.TrySetResult(result)));
                }
                catch (HypervisorException e)
                {
                    Fail(e);
                }
            }
        }

        void Fail(HypervisorException why) => Answer(() => answer.TrySetException(why));

        void Answer(Action tell)
        {
            if (life == time.Life && !time.IsDead)
            {
                tell();
            }
        }
    }
}
