using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>A machine that QEMU runs, or is to take, by its QMP monitor.</summary>
internal sealed class QemuMachine : IObservedHypervisor, IRecordedHypervisor
{
    private static readonly QmpOptions Options = new() { MaxWaitingEvents = 16 << 10, UsesOutOfBand = true };
    private static readonly TimeSpan ObserveLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CancellingLimit = TimeSpan.FromSeconds(3);

    private readonly QmpConnection _connection;
    private readonly TimeProvider _clock;
    private readonly MigrationTransport _transport;
    private readonly QemuEventPump _pump;
    private readonly Lock _asking = new();
    private Task<HypervisorReport>? _asked;
    private int _isDisposed;

    private QemuMachine(QmpConnection connection, string address, HypervisorOffer offer, MigrationTransport transport, TimeProvider clock)
    {
        (_connection, Address, Offer, _transport, _clock) = (connection, address, offer, transport, clock);
        _pump = new QemuEventPump(new QmpVoice(connection), clock);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public HypervisorOffer Offer { get; }

    /// <inheritdoc/>
    public Action<HypervisorEvent>? Observer
    {
        get => _pump.Observer;
        set => _pump.Observer = value;
    }

    /// <summary>Is shown every event and every answer to query-migrate in QEMU's own bytes, on the thread that receives: it must not block, and
    /// must not throw. Null if nobody looks.</summary>
    public Action<QemuTrace>? Trace
    {
        get;
        set
        {
            field = value;
            _connection.Trace = value is null ? null : trace => Show(trace, value);
        }
    }

    /// <summary>Opens a monitor whose memory is carried as it is set up.</summary>
    public static Task<QemuMachine> OpenAsync(string path, TimeProvider clock, CancellationToken cancellationToken) => OpenAsync(path, MigrationTransport.AsFound, clock, cancellationToken);

    /// <summary>Opens a monitor and reads what is there.</summary>
    /// <param name="path">The absolute path of the monitor's socket.</param>
    /// <param name="transport">How its memory is to be carried.</param>
    /// <param name="clock">Stamps events and keeps time limits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">There is no monitor that answers, or its QEMU cannot be held in pre-copy, or cannot carry memory like that.</exception>
    public static async Task<QemuMachine> OpenAsync(string path, MigrationTransport transport, TimeProvider clock, CancellationToken cancellationToken)
    {
        var address = QemuDriver.AddressOf(path);
        QmpConnection? connection = null;
        try
        {
            connection = await QmpConnection.OpenAsync(path, Options, clock, cancellationToken).ConfigureAwait(false);
            var offer = await new QemuProbe(connection, address, transport, CommandLimit).ReadAsync(cancellationToken).ConfigureAwait(false);
            return new QemuMachine(connection, address, offer, transport, clock);
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            throw e is QmpException failure ? QemuFailures.Of(failure, address) : e;
        }
    }

    /// <inheritdoc/>
    public async Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        // A question that a busy QEMU still has is not put again: it takes eight commands, and then not even one out of turn.
        Task<HypervisorReport> asked;
        lock (_asking)
        {
            asked = _asked is { IsCompleted: false } ? _asked : _asked = AskReportAsync();
        }

        try
        {
            return await asked.WaitAsync(limit, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw QemuFailures.Make(HypervisorFault.TimedOut, Address, $"no answer to query-status within {Quantity.Format(limit)}; QEMU is busy, so ask again later", e);
        }
    }

    /// <inheritdoc/>
    public IHypervisorRecording Record(Stream output)
    {
        var recorder = new QemuRecorder(output);
        Trace = recorder.Take;
        return recorder;
    }

    /// <inheritdoc/>
    public async Task<HypervisorObservation> ObserveAsync(int knownPass, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(QmpCommands.QueryMigrate, QmpNone.Value, ObserveLimit, cancellationToken).ConfigureAwait(false);
        var progress = reply is { Status: QmpMigrationStatus.Active, Memory: { RemainingBytes: not null } memory }
            ? PreCopyWatch.Read(reply, memory, memory.DirtySyncCount != knownPass, 0, _clock.NowNanoseconds())
            : null;
        return new HypervisorObservation(
            QemuWords.Migration(reply.Status), QemuWords.Explain(reply.Status), TimeSpan.FromMilliseconds(reply.TotalMilliseconds ?? 0), progress,
            reply.DowntimeMilliseconds is { } downtime ? TimeSpan.FromMilliseconds(downtime) : null, reply.Error)
        {
            Distrusted = reply.Doubted.Count > 0 ? QemuWords.Doubts(reply.Doubted) : null,
        };
    }

    /// <inheritdoc/>
    public async Task<string> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        var capabilities = await AskAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken).ConfigureAwait(false);
        return QemuSettings.Of(capabilities, await AskAsync(QmpCommands.QueryMigrateParameters, cancellationToken).ConfigureAwait(false), _transport).ToText();
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken)
    {
        _pump.Side = side;
        if (_transport.TlsCredentials is { } credentials)
        {
            QemuTransport.CheckEnd(await AskAsync(QmpCommands.QomGetText, QemuTransport.End(credentials), CommandLimit, cancellationToken).ConfigureAwait(false), _transport, side, Address);
        }

        await SetCapabilitiesAsync(QemuCapabilities.Wanted(side, mayThrottle, _transport.Channels is not null, Offer.Capabilities), cancellationToken).ConfigureAwait(false);
        if (_transport != MigrationTransport.AsFound)
        {
            await SetAsync(QemuTransport.Parameters(_transport), cancellationToken).ConfigureAwait(false);
        }

        if (side == MigrationSide.Source)
        {
            await SetAsync(QemuHold.Held, cancellationToken).ConfigureAwait(false);
            if (mayThrottle && Offer.OffersThrottle)
            {
                await ThrottleAsync(0, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken)
    {
        var uri = Channel(channel);
        if (mayListenAlready && await ReportAsync(CommandLimit, cancellationToken).ConfigureAwait(false)
            is { Guest: GuestRunState.Incoming, Migration: HypervisorMigrationStatus.Setup })
        {
            return;
        }

        await AskAsync(QmpCommands.MigrateIncoming, new QmpMigrateIncoming { Uri = uri }, CommandLimit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task StartAsync(string channel, CancellationToken cancellationToken)
    {
        var uri = Channel(channel);
        await SetAsync(QemuHold.Held, cancellationToken).ConfigureAwait(false);
        await AskAsync(QmpCommands.Migrate, new QmpMigrate { Uri = uri }, CommandLimit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        _pump.IsPermitted = true;
        return SetAsync(QemuHold.Threshold(bytes), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        await SetAsync(QemuHold.Held, cancellationToken).ConfigureAwait(false);
        _pump.IsPermitted = false;
    }

    /// <inheritdoc/>
    public Task ThrottleAsync(int percent, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, QemuThrottle.Most);
        return Offer.OffersThrottle
            ? SetAsync(QemuThrottle.To(percent), cancellationToken)
            : throw QemuFailures.Make(HypervisorFault.NotSupported, Address, "this QEMU lacks auto-converge and cannot slow the guest down; migrate without throttling");
    }

    /// <inheritdoc/>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(QmpCommands.MigrateCancel, QmpNone.Value, CancelLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.TimedOut && _connection.IsOutOfBand)
        {
            // While it sends the rest QEMU answers nobody, and on a link that carries nothing it would do so for ever.
            try
            {
                await _connection.ExecuteOutOfBandAsync(QmpCommands.Yank, QmpYank.Migration, CommandLimit, cancellationToken).ConfigureAwait(false);
            }
            catch (QmpException failure)
            {
                throw QemuFailures.Of(failure, Address);
            }
        }
    }

    /// <inheritdoc/>
    public Task ContinueAsync(CancellationToken cancellationToken) => AskAsync(QmpCommands.Continue, cancellationToken);

    /// <inheritdoc/>
    public async Task RestoreAsync(string settings, CancellationToken cancellationToken)
    {
        var before = QemuSettings.Parse(settings)
            ?? throw QemuFailures.Make(HypervisorFault.Refused, Address, "the settings to restore are not what was read from a QEMU; set its capabilities and parameters by hand");
        try
        {
            var isOver = await WaitForEndAsync(cancellationToken).ConfigureAwait(false);
            await SetAsync(before.Parameters, cancellationToken).ConfigureAwait(false);
            if (!isOver)
            {
                throw QemuFailures.Make(HypervisorFault.Refused, Address, "its migration stays in 'cancelling', so its parameters were put back and its capabilities were not; set them once it is over");
            }

            await SetCapabilitiesAsync(before.Capabilities, cancellationToken).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.Lost && _pump.Side == MigrationSide.Destination)
        {
            // A destination whose migration failed ends by itself, and has nothing left to restore.
        }
    }

    /// <inheritdoc/>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(QmpCommands.Quit, cancellationToken).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.Lost)
        {
            // It ended before it answered, or had ended before.
        }
    }

    /// <inheritdoc/>
    public Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken) =>
        new QemuDirtyRate(_connection, Address, _clock, CommandLimit).MeasureAsync(length, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
        await _pump.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<HypervisorReport> AskReportAsync()
    {
        // Both are sent at once, so that they speak of the same moment.
        var status = AskAsync(QmpCommands.QueryStatus, QmpNone.Value, Timeout.InfiniteTimeSpan, CancellationToken.None);
        var migration = AskMigrationAsync();
        await Task.WhenAll(status, migration).ConfigureAwait(false);
        var guest = await status.ConfigureAwait(false);
        var reply = await migration.ConfigureAwait(false);
        return new HypervisorReport(
            QemuWords.Guest(guest.Status),
            QemuWords.Migration(reply.Status),
            $"{QemuWords.Of(guest.Status)}/{QemuWords.Of(reply.Status)}",
            reply.Error is { } error ? QemuFailures.Explain(error) : null)
        {
            HasResetDevice = reply.Error?.Contains(QemuFailures.DeviceReset, StringComparison.OrdinalIgnoreCase) ?? false,
        };
    }

    /// <summary>How the migration goes. An answer that cannot be read hides nothing of what the guest does.</summary>
    private async Task<QmpMigration> AskMigrationAsync()
    {
        try
        {
            return await AskAsync(QmpCommands.QueryMigrate, QmpNone.Value, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotAMonitor)
        {
            return new QmpMigration { Status = QmpMigrationStatus.Unknown };
        }
    }

    // Thresholds put back while a migration runs would let it stop the guest, and capabilities are refused then. One that is given up stops no guest any more.
    private async Task<bool> WaitForEndAsync(CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        while (true)
        {
            var report = await ReportAsync(CommandLimit, cancellationToken).ConfigureAwait(false);
            if (!report.IsMigrating)
            {
                return true;
            }

            var elapsed = _clock.GetElapsedTime(began);
            if (report.Migration == HypervisorMigrationStatus.Cancelling && elapsed > CancellingLimit)
            {
                return false;
            }

            if (elapsed > CommandLimit)
            {
                throw QemuFailures.Make(
                    HypervisorFault.Refused, Address, "its settings were not restored since a migration is still under way; cancel it or wait for its end, and restore again");
            }

            await Task.Delay(PreCopyWatch.Period, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SetCapabilitiesAsync(IReadOnlyList<QmpMigrationCapability> wanted, CancellationToken cancellationToken)
    {
        var now = await AskAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken).ConfigureAwait(false);
        var changes = QemuCapabilities.Difference(wanted, now);
        if (changes.Count > 0)
        {
            await AskAsync(QmpCommands.MigrateSetCapabilities, new QmpMigrationCapabilities { Capabilities = changes }, CommandLimit, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private string Channel(string channel) => ChannelAddress.TryParse(channel, out var parsed, out var problem)
        ? parsed.ToString()
        : throw new HypervisorException(HypervisorFault.Refused, $"{Address}: {problem}");

    private Task<QmpNone> SetAsync(QmpMigrationParameters parameters, CancellationToken cancellationToken) =>
        AskAsync(QmpCommands.MigrateSetParameters, parameters, CommandLimit, cancellationToken);

    private Task<TReply> AskAsync<TReply>(QmpCommand<QmpNone, TReply> command, CancellationToken cancellationToken) =>
        AskAsync(command, QmpNone.Value, CommandLimit, cancellationToken);

    private async Task<TReply> AskAsync<TArguments, TReply>(
        QmpCommand<TArguments, TReply> command, TArguments arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.ExecuteAsync(command, arguments, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw QemuFailures.Of(e, Address);
        }
    }

    private void Show(QmpTrace trace, Action<QemuTrace> show)
    {
        if (trace.Command is null || trace.Command == QmpCommands.QueryMigrate.Name)
        {
            var kind = trace.Command is null ? QemuTraceKind.Event : QemuTraceKind.QueryMigrate;
            show(new QemuTrace(_clock.Nanoseconds(trace.ReceivedTimestamp), kind, trace.Json));
        }
    }
}
