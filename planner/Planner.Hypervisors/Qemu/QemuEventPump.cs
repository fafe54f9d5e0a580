using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Hands what QEMU tells to the observer: one event at a time, in QEMU's order, never behind a query.</summary>
internal sealed class QemuEventPump : IAsyncDisposable
{
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(10);

    // What only the guest itself can have wanted. Source: ShutdownCause in QEMU's QMP reference.
    private static readonly string[] OfTheGuest = ["guest-shutdown", "guest-reset"];

    private readonly IQemuVoice _qemu;
    private readonly TimeProvider _clock;
    private readonly PreCopyWatch _watch;
    private readonly RunWatch _runWatch;
    private readonly Lock _gate = new();
    private readonly Task _running;
    private QmpMigrationStatus? _told;
    private TimeSpan _lastPassAt;
    private volatile bool _isClosed;
    private Task _outcome = Task.CompletedTask;

    /// <summary>Begins to take events.</summary>
    /// <param name="qemu">The QEMU.</param>
    /// <param name="clock">The clock.</param>
    public QemuEventPump(IQemuVoice qemu, TimeProvider clock)
    {
        (_qemu, _clock) = (qemu, clock);
        _watch = new PreCopyWatch(qemu, clock, TellProgress);
        _runWatch = new RunWatch(qemu, clock, () => _watch.Epoch, TellProgress);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes the events; null if nobody does.</summary>
    public Action<HypervisorEvent>? Observer { get; set; }

    /// <summary>The side, so that only a source is asked for its stop phase; null if it was not told.</summary>
    public MigrationSide? Side { get; set; }

    /// <summary>Whether QEMU may stop the guest.</summary>
    public bool IsPermitted
    {
        set => _runWatch.IsPermitted = value;
    }

    /// <summary>Tells what no event of QEMU does, between two of them.</summary>
    public void Tell(HypervisorEvent told) => Tell(told, null);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        await _running.ConfigureAwait(false);
        await _outcome.ConfigureAwait(false);
        await _runWatch.DisposeAsync().ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var told in _qemu.Events.ReadAllAsync().ConfigureAwait(false))
            {
                Take(told);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, nothing more is heard from here.
            Tell(new MonitorLost(e.Message) { ReceivedNanoseconds = _clock.NowNanoseconds() });
        }
    }

    private void Take(QmpEvent told)
    {
        var received = _clock.Nanoseconds(told.ReceivedTimestamp);
        var happened = told.At ?? TimeSpan.Zero;
        if (told.Is(QmpEvents.MigrationPass))
        {
            TakePass(told, happened, received);
        }
        else if (told.Is(QmpEvents.Stopped))
        {
            IsPermitted = false;
            Tell(new GuestStopped { HappenedAt = happened, ReceivedNanoseconds = received, LastPassAt = _lastPassAt }, _watch.GuestStopped);
        }
        else if (told.Is(QmpEvents.Resumed))
        {
            Tell(new GuestResumed { HappenedAt = happened, ReceivedNanoseconds = received }, _watch.GuestResumed);
        }
        else if (told.Is(QmpEvents.Shutdown))
        {
            if (TryRead(told, QmpEvents.Shutdown) is { Reason: { } reason } && OfTheGuest.Contains(reason))
            {
                Tell(new GuestEnded(reason) { HappenedAt = happened, ReceivedNanoseconds = received }, null);
            }
        }
        else if (told.Is(QmpEvents.Migration))
        {
            TakeStatus(told, happened, received);
        }
        else if (told.Is(QmpEvents.VfioMigration))
        {
            TakeDevice(told, happened, received);
        }
    }

    private void TakeDevice(QmpEvent told, TimeSpan happened, long received)
    {
        if (TryRead(told, QmpEvents.VfioMigration) is { } moved && QemuWords.Device(moved.State) is { } state)
        {
            var device = QemuDevices.Clean(moved.DeviceId.Length > 0 ? moved.DeviceId : moved.QomPath);
            Tell(new DeviceStateChanged(device, state, moved.State == QmpVfioState.PreCopyP2pPrepare) { HappenedAt = happened, ReceivedNanoseconds = received });
        }
    }

    private void TakePass(QmpEvent told, TimeSpan happened, long received)
    {
        if (TryRead(told, QmpEvents.MigrationPass) is { } pass)
        {
            _lastPassAt = happened;
            _watch.PassBegan(pass.Pass, received);
        }
    }

    private void TakeStatus(QmpEvent told, TimeSpan happened, long received)
    {
        // A word that was told is told once.
        if (TryRead(told, QmpEvents.Migration) is not { } change || change.Status == _told)
        {
            return;
        }

        _told = change.Status;
        var status = QemuWords.Migration(change.Status);
        if (status != HypervisorMigrationStatus.Active)
        {
            IsPermitted = false;
        }

        Tell(
            new MigrationChanged(status) { HappenedAt = happened, ReceivedNanoseconds = received, Words = QemuWords.Explain(change.Status) },
            () => _watch.StatusChanged(status));
        if (status == HypervisorMigrationStatus.Completed && Side != MigrationSide.Destination)
        {
            _outcome = TellOutcomeAsync();
        }
    }

    private async Task TellOutcomeAsync()
    {
        QemuEnding? outcome = null;
        try
        {
            outcome = await _qemu.AskOutcomeAsync(OutcomeLimit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is not told, then.
        }

        var reply = outcome?.Migration;
        if (reply is not null && _watch.FindDoubts(reply.Doubted) is { } doubts)
        {
            Tell(doubts);
        }

        // A destination whose side was not told has no downtime.
        if (Side == MigrationSide.Source || reply?.DowntimeMilliseconds is not null || outcome?.ManagerDowntime is not null)
        {
            var downtime = reply?.DowntimeMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
            Tell(new SwitchoverDone(reply?.Memory?.DowntimeBytes, downtime, reply?.Devices?.TransferredBytes)
            {
                ReceivedNanoseconds = _clock.NowNanoseconds(),
                ManagerDowntime = outcome?.ManagerDowntime,
            });
        }
    }

    private void TellProgress(HypervisorEvent progress, long epoch)
    {
        lock (_gate)
        {
            if (_watch.Epoch == epoch)
            {
                Tell(progress);
            }
        }
    }

    private void Tell(HypervisorEvent told, Action? before)
    {
        lock (_gate)
        {
            before?.Invoke();
            if (!_isClosed)
            {
                Observer?.Invoke(told);
            }
        }
    }

    // An event of another form than it should have is no reason to end a migration.
    private static TData? TryRead<TData>(QmpEvent told, QmpEventKind<TData> kind)
        where TData : class
    {
        try
        {
            return told.TryRead(kind, out var data) ? data : null;
        }
        catch (QmpException)
        {
            return null;
        }
    }
}
