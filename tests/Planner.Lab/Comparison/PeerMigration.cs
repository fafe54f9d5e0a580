using Planner.Evaluation;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Lab;

/// <summary>One migration in which QEMU decides, and a rule above it may change its downtime-limit or cancel, as other systems do.</summary>
/// <remarks>Only what those systems do: downtime-limit before the start, the wait for events, and polls. The destination runs on by itself. The rule sees
/// what the planner sees, and as early.</remarks>
internal sealed class PeerMigration : IAsyncDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);

    private readonly QemuPair _pair;
    private readonly QemuBasedRule _rule;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<ComparedOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private QmpConnection? _control;
    private QmpConnection? _destination;
    private QemuMachine? _sourceView;
    private QemuMachine? _destinationView;
    private Task _steering = Task.CompletedTask;
    private long _startedNanoseconds;
    private TimeSpan? _stopped;
    private TimeSpan? _ran;
    private double _limitSeconds;
    private bool _isAborting;

    public PeerMigration(QemuPair pair, QemuBasedRule rule) => (_pair, _rule) = (pair, rule);

    /// <summary>Runs it to its end.</summary>
    /// <param name="within">After this it is cancelled.</param>
    /// <param name="trace">Is shown what the source says; null for nobody.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>How it ended, and how long the guest stood still.</returns>
    public async Task<(ComparedOutcome Outcome, TimeSpan? Blackout)> RunAsync(TimeSpan within, Action<QemuTrace>? trace, CancellationToken cancel)
    {
        _control = await QmpConnection.OpenAsync(_pair.Source.QmpPath, new QmpOptions(), TimeProvider.System, cancel).ConfigureAwait(false);
        _destination = await QmpConnection.OpenAsync(_pair.Destination.QmpPath, new QmpOptions(), TimeProvider.System, cancel).ConfigureAwait(false);
        _sourceView = await QemuMachine.OpenAsync(_pair.Source.ObserverPath, TimeProvider.System, cancel).ConfigureAwait(false);
        _destinationView = await QemuMachine.OpenAsync(_pair.Destination.ObserverPath, TimeProvider.System, cancel).ConfigureAwait(false);
        (_sourceView.Trace, _sourceView.Observer, _destinationView.Observer) = (trace, TakeFromSource, TakeFromDestination);
        await PrepareAsync(cancel).ConfigureAwait(false);
        _startedNanoseconds = LabGuest.Now();
        await _control.ExecuteAsync(QmpCommands.Migrate, new QmpMigrate { Uri = $"unix:{_pair.LinkPath}" }, CommandLimit, cancel).ConfigureAwait(false);
        var outcome = await EndAsync(within, cancel).ConfigureAwait(false);
        if (outcome == ComparedOutcome.Completed)
        {
            await _resumed.Task.WaitAsync(EndLimit, cancel).ConfigureAwait(false);

            // The end of a recording is what QEMU itself says of the blackout.
            await _sourceView.ReportAsync(CommandLimit, cancel).ConfigureAwait(false);
        }

        return (outcome, _ran - _stopped);
    }

    public async ValueTask DisposeAsync()
    {
        await _steering.ConfigureAwait(false);
        foreach (var part in (IAsyncDisposable?[])[_control, _destination, _sourceView, _destinationView])
        {
            if (part is not null)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task PrepareAsync(CancellationToken cancel)
    {
        QmpMigrationCapability[] on = [new() { Name = QmpMigrationCapability.Events, On = true }, new() { Name = QmpMigrationCapability.ReturnPath, On = true }];
        foreach (var side in (QmpConnection[])[_control!, _destination!])
        {
            await side.ExecuteAsync(QmpCommands.MigrateSetCapabilities, new QmpMigrationCapabilities { Capabilities = on }, CommandLimit, cancel).ConfigureAwait(false);
        }

        // In a machine that waits for its memory this means: run as soon as it is there.
        await _destination!.ExecuteAsync(QmpCommands.Continue, CommandLimit, cancel).ConfigureAwait(false);
        _limitSeconds = _rule.DowntimeLimitSeconds;
        await SetLimitAsync(_limitSeconds).ConfigureAwait(false);
        await _destination!.ExecuteAsync(
            QmpCommands.MigrateIncoming, new QmpMigrateIncoming { Uri = $"unix:{_pair.IncomingPath}" }, CommandLimit, cancel).ConfigureAwait(false);
    }

    private async Task<ComparedOutcome> EndAsync(TimeSpan within, CancellationToken cancel)
    {
        var first = await Task.WhenAny(_ended.Task, Task.Delay(within, cancel)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        bool isLate;
        lock (_lock)
        {
            // Once the guest is stopped a cancel could leave it running on both sides.
            isLate = first != _ended.Task && _stopped is null && !_isAborting;
            if (isLate)
            {
                Steer(CancelAsync);
            }
        }

        var outcome = await _ended.Task.WaitAsync(EndLimit, cancel).ConfigureAwait(false);
        return outcome == ComparedOutcome.Completed ? outcome : isLate ? ComparedOutcome.TimedOut : _isAborting ? ComparedOutcome.Aborted : outcome;
    }

    private void TakeFromSource(HypervisorEvent told)
    {
        switch (told)
        {
            case PreCopyProgressed progress:
                Consider(progress);
                break;
            case GuestStopped:
                lock (_lock)
                {
                    _stopped = told.HappenedAt;
                }

                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Completed }:
                _ended.TrySetResult(ComparedOutcome.Completed);
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Failed or HypervisorMigrationStatus.Cancelled }:
                _ended.TrySetResult(ComparedOutcome.Failed);
                break;
            case MonitorLost lost:
                _ended.TrySetException(new LabException(lost.Reason));
                break;
        }
    }

    private void TakeFromDestination(HypervisorEvent told)
    {
        if (told is GuestResumed)
        {
            _ran = told.HappenedAt;
            _resumed.TrySetResult();
        }
    }

    private void Consider(PreCopyProgressed progress)
    {
        var action = _rule.Steer(new PreCopyMoment
        {
            ElapsedSeconds = (progress.ReceivedNanoseconds - _startedNanoseconds) / 1e9,
            IsSync = progress.IsPass,
            Round = progress.Pass,
            RamBytes = progress.RemainingBytes,
            WrittenBytes = double.NaN,
            RoundSeconds = double.NaN,
            StateBytes = progress.StateBytes,
            BytesPerSecond = progress.BytesPerSecond,
            SentBytes = progress.SentBytes,
            TotalBytes = progress.TotalBytes,
            TrueBlackoutSeconds = double.NaN,
        });
        lock (_lock)
        {
            if (action == SwitchoverAction.Abort && !_isAborting && _stopped is null)
            {
                _isAborting = true;
                Steer(CancelAsync);
            }
            else if (_rule.DowntimeLimitSeconds is var limit && limit != _limitSeconds)
            {
                _limitSeconds = limit;
                Steer(() => SetLimitAsync(limit));
            }
        }
    }

    // One command after the other, in the order of the decisions.
    private void Steer(Func<Task> command)
    {
        var before = _steering;
        _steering = Task.Run(async () =>
        {
            await before.ConfigureAwait(false);
            try
            {
                await command().ConfigureAwait(false);
            }
            catch (QmpException)
            {
                // The migration has ended meanwhile, which is told by an event.
            }
        });
    }

    private Task<QmpNone> CancelAsync() => _control!.ExecuteAsync(QmpCommands.MigrateCancel, CommandLimit, CancellationToken.None);

    private Task<QmpNone> SetLimitAsync(double seconds) => _control!.ExecuteAsync(
        QmpCommands.MigrateSetParameters,
        new QmpMigrationParameters { DowntimeLimitMilliseconds = (long)Math.Round(seconds * 1000), SwitchoverBytesPerSecond = 0 },
        CommandLimit,
        CancellationToken.None);
}
