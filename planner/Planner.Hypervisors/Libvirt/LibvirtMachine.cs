using System.Threading.Channels;
using System.Xml;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>A machine whose QEMU libvirt holds, or a host that is to take one.</summary>
/// <remarks>Migrations are always peer to peer: the source's daemon carries them out, so that a planner that dies leaves nothing half done. libvirt makes the
/// destination, lets it run and ends the source itself. QEMU's own events are heard through libvirt on either host, with QEMU's time stamps.</remarks>
internal sealed class LibvirtMachine : ISteeredHypervisor, IQemuVoice
{
    private const int CompletedJob = 1;

    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(10);

    // While QEMU sends the devices libvirt waits for its monitor.
    private static readonly TimeSpan BlockedLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly LibvirtConnection _connection;
    private readonly LibvirtAddress _address;
    private readonly TimeProvider _clock;
    private readonly MigrationTransport _transport;
    private readonly Version _daemon;
    private readonly QemuEventPump _pump;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LibvirtSent _sent = new();
    private readonly Lock _asking = new();
    private LibvirtDomainHandle? _domain;
    private Task<HypervisorReport>? _asked;
    private Task? _migrating;
    private bool _hasByteThreshold;
    private string? _error;
    private Action<HypervisorEvent>? _observer;
    private int _isDisposed;

    private LibvirtMachine(
        LibvirtConnection connection, LibvirtAddress address, (HypervisorOffer Offer, Version Daemon, LibvirtDomainHandle? Domain) found, MigrationTransport transport, TimeProvider clock)
    {
        (_connection, _address, _transport, _clock) = (connection, address, transport, clock);
        (_, _daemon, _domain) = found;
        Offer = found.Offer with { HypervisorClass = found.Offer.HypervisorClass + LibvirtTransport.ClassOf(transport) };
        _pump = new QemuEventPump(this, clock) { Observer = Take };
    }

    /// <inheritdoc/>
    public string Address => LibvirtDriver.AddressOf(_address.ToString());

    /// <inheritdoc/>
    public HypervisorOffer Offer { get; }

    /// <inheritdoc/>
    public Action<HypervisorEvent>? Observer
    {
        get => _observer;
        set => _observer = value;
    }

    ChannelReader<QmpEvent> IQemuVoice.Events => _connection.Events;

    bool IQemuVoice.HasEnded => _connection.Ended.IsCompleted;

    /// <summary>Connects to a daemon and reads what is there.</summary>
    /// <param name="address">The daemon, and the domain.</param>
    /// <param name="isReadOnly">Whether nothing is to be changed.</param>
    /// <param name="transport">How memory is to be carried.</param>
    /// <param name="clock">Stamps events and keeps time limits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">There is no library, no daemon that may be used, or no domain is named.</exception>
    public static async Task<LibvirtMachine> OpenAsync(
        LibvirtAddress address, bool isReadOnly, MigrationTransport transport, TimeProvider clock, CancellationToken cancellationToken)
    {
        var name = LibvirtDriver.AddressOf(address.ToString());
        if (address.Domain is null)
        {
            throw LibvirtFailures.Make(HypervisorFault.NotFound, name, $"no domain is named; write {name}#DOMAIN with a name that 'virsh -c {address.Uri} list --all' shows");
        }

        var connection = await LibvirtConnection.OpenAsync(address.Uri, address.Domain, name, isReadOnly, clock, OpenLimit, cancellationToken).ConfigureAwait(false);
        try
        {
            var found = await connection.CallAsync(c => LibvirtCalls.Probe(c, address.Domain), OpenLimit, "virDomainGetXMLDesc", cancellationToken).ConfigureAwait(false);
            return new LibvirtMachine(connection, address, found, transport, clock);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw e is XmlException ? LibvirtFailures.Make(HypervisorFault.NotAMonitor, name, $"libvirt's description of the domain cannot be read ({e.Message.TrimEnd('.')})", e) : e;
        }
    }

    /// <inheritdoc/>
    public async Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task<HypervisorReport> asked;
        lock (_asking)
        {
            // A daemon that hangs is not asked again before it has answered.
            asked = _asked is { IsCompleted: false } ? _asked : _asked = AskReportAsync();
        }

        try
        {
            return await asked.WaitAsync(limit, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw LibvirtFailures.Make(HypervisorFault.TimedOut, Address, $"no answer to virDomainGetState within {Quantity.Format(limit)}; the daemon is busy or hangs", e);
        }
    }

    /// <inheritdoc/>
    public async Task<HypervisorObservation> ObserveAsync(int knownPass, CancellationToken cancellationToken)
    {
        var report = await ReportAsync(BlockedLimit, cancellationToken).ConfigureAwait(false);
        var job = report.Guest == GuestRunState.Absent ? null : await FindJobAsync(0, BlockedLimit, cancellationToken).ConfigureAwait(false);
        if (job is { IsMigration: true })
        {
            var reply = job.ToMigration(QmpMigrationStatus.Active);
            _sent.Note(reply.Memory);
            var progress = report.Guest == GuestRunState.Running && reply.Memory is { } memory
                ? PreCopyWatch.Read(reply, memory, memory.DirtySyncCount != knownPass, 0, _clock.NowNanoseconds())
                : null;
            return new HypervisorObservation(report.Migration, report.Words, TimeSpan.FromMilliseconds(job.ElapsedMilliseconds ?? 0), progress, null, null)
            {
                Distrusted = reply.Doubted.Count > 0 ? $"{string.Join(" and ", reply.Doubted.Select(d => $"'{d}'"))} of the job's numbers held what cannot be" : null,
            };
        }

        var completed = report.Guest == GuestRunState.Absent ? null : await FindJobAsync(CompletedJob, CommandLimit, cancellationToken).ConfigureAwait(false);
        var downtime = completed?.DowntimeMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
        var status = report.Guest == GuestRunState.Absent ? HypervisorMigrationStatus.Completed : report.Migration;
        return new HypervisorObservation(status, report.Words, TimeSpan.Zero, null, downtime, report.Error);
    }

    /// <inheritdoc/>
    public async Task<string> ReadSettingsAsync(CancellationToken cancellationToken) => Offer.IsEmpty
        ? new LibvirtSettings((ulong?)null).ToText()
        : new LibvirtSettings(await OnDomainAsync(LibvirtCalls.ReadMaxDowntime, "virDomainMigrateGetMaxDowntime", CommandLimit, cancellationToken).ConfigureAwait(false)).ToText();

    /// <inheritdoc/>
    public async Task<TimeSpan> ReadLimitAsync(CancellationToken cancellationToken) => TimeSpan.FromMilliseconds(Math.Min(
        LibvirtHold.MostMilliseconds, await OnDomainAsync(LibvirtCalls.ReadMaxDowntime, "virDomainMigrateGetMaxDowntime", CommandLimit, cancellationToken).ConfigureAwait(false)));

    /// <inheritdoc/>
    public Task SetLimitAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        SetMaxDowntimeAsync((ulong)Math.Clamp(limit.TotalMilliseconds, LibvirtHold.HeldMilliseconds, LibvirtHold.MostMilliseconds), cancellationToken);

    /// <inheritdoc/>
    public async Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken)
    {
        _pump.Side = side;
        if (side == MigrationSide.Source)
        {
            // Before it begins, so that no first pass is short enough to slip through.
            await SetMaxDowntimeAsync(LibvirtHold.HeldMilliseconds, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>libvirt's daemon listens as ever.</remarks>
    public Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(string channel, CancellationToken cancellationToken)
    {
        _hasByteThreshold = _daemon >= LibvirtHold.SwitchoverSince;
        _connection.ForgetCompleted();
        var migrating = OnDomainAsync(domain => LibvirtCalls.Migrate(domain, channel, _hasByteThreshold, _transport), "virDomainMigrateToURI3", Timeout.InfiniteTimeSpan, CancellationToken.None);
        _migrating = TellEndAsync(migrating);

        // It returns at the migration's end, and by itself only if nothing has begun.
        await Task.WhenAny(migrating, _begun.Task).WaitAsync(StartLimit, _clock, cancellationToken).ConfigureAwait(false);
        if (migrating.IsCompleted)
        {
            await migrating.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        _pump.IsPermitted = true;
        return SetMaxDowntimeAsync(LibvirtHold.Milliseconds(bytes, _hasByteThreshold ? LibvirtHold.SwitchoverBytesPerSecond : _sent.BytesPerSecond), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        await SetMaxDowntimeAsync(LibvirtHold.HeldMilliseconds, cancellationToken).ConfigureAwait(false);
        _pump.IsPermitted = false;
    }

    /// <inheritdoc/>
    public Task ThrottleAsync(int percent, CancellationToken cancellationToken) => Task.FromException(LibvirtFailures.Make(
        HypervisorFault.NotSupported, Address, "libvirt cannot slow the guest down to a share that is told; migrate without throttling"));

    /// <inheritdoc/>
    /// <remarks>Safe in every phase, also while the devices are sent (seen); then it waits for the end of that.</remarks>
    public Task CancelAsync(CancellationToken cancellationToken) => OnDomainAsync(LibvirtNative.virDomainAbortJob, "virDomainAbortJob", BlockedLimit, cancellationToken);

    /// <inheritdoc/>
    public Task ContinueAsync(CancellationToken cancellationToken) => OnDomainAsync(LibvirtNative.virDomainResume, "virDomainResume", BlockedLimit, cancellationToken);

    /// <inheritdoc/>
    public async Task RestoreAsync(string settings, CancellationToken cancellationToken)
    {
        var before = LibvirtSettings.Parse(settings)
            ?? throw LibvirtFailures.Make(HypervisorFault.Refused, Address, "the settings to restore are not what was read from libvirt; set its max downtime by hand ('virsh migrate-setmaxdowntime')");
        if (before.MaxDowntimeMilliseconds is not { } milliseconds)
        {
            return;
        }

        if (_migrating is { } migrating)
        {
            // libvirt puts things back itself when it ends; what is set before that would be lost.
            await migrating.WaitAsync(BlockedLimit, _clock, cancellationToken).ConfigureAwait(false);
        }

        var began = _clock.GetTimestamp();
        while (await ReportAsync(CommandLimit, cancellationToken).ConfigureAwait(false) is { Guest: not (GuestRunState.Absent or GuestRunState.Over) } report)
        {
            if (!report.IsMigrating)
            {
                await SetMaxDowntimeAsync(milliseconds, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (_clock.GetElapsedTime(began) > BlockedLimit)
            {
                throw LibvirtFailures.Make(HypervisorFault.Refused, Address, "its max downtime was not put back since a migration is still under way; abort it or wait for its end");
            }

            await Task.Delay(Poll, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OnDomainAsync(LibvirtNative.virDomainDestroy, "virDomainDestroy", BlockedLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound)
        {
            // It was gone already.
        }
    }

    /// <inheritdoc/>
    public Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken) => Task.FromException<DirtyWindow>(LibvirtFailures.Make(
        HypervisorFault.NotSupported, Address, "what the guest writes is not measured through libvirt; the passes of a migration tell it"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _observer = null;
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _pump.DisposeAsync().ConfigureAwait(false);
        _domain?.Dispose();
    }

    async Task<QmpMigration> IQemuVoice.AskMigrationAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var job = await FindJobAsync(0, limit, cancellationToken).ConfigureAwait(false);
        if (job is not { IsMigration: true })
        {
            return new QmpMigration();
        }

        var reply = job.ToMigration(QmpMigrationStatus.Active);
        _sent.Note(reply.Memory);
        return reply;
    }

    async Task<QemuEnding> IQemuVoice.AskOutcomeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        // libvirt tells it once the source's QEMU has ended, seconds later.
        var job = await _connection.Completed.WaitAsync(limit, _clock, cancellationToken).ConfigureAwait(false);
        var migration = new QmpMigration
        {
            Status = QmpMigrationStatus.Completed,
            Memory = new QmpMigrationMemory { DowntimeBytes = _sent.SinceStop(job.SentBytes) },
        };
        return new QemuEnding(migration, job.DowntimeMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null);
    }

    async Task<QmpRunState> IQemuVoice.AskRunStateAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        // By QEMU's own word: libvirt's state of a domain is behind it.
        var job = await FindJobAsync(0, limit, cancellationToken).ConfigureAwait(false);
        return job is { IsMigration: true } && !_sent.IsStopped ? QmpRunState.Running : QmpRunState.Unknown;
    }

    private async Task TellEndAsync(Task migrating)
    {
        try
        {
            await migrating.ConfigureAwait(false);
        }
        catch (HypervisorException e)
        {
            _error = e.Message[(Address.Length + 2)..];
            _pump.Tell(new MigrationChanged(HypervisorMigrationStatus.Failed) { ReceivedNanoseconds = _clock.NowNanoseconds(), Words = _error });
        }
    }

    private void Take(HypervisorEvent told)
    {
        switch (told)
        {
            case GuestStopped:
                _sent.NoteStop();
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Setup or HypervisorMigrationStatus.Active }:
                _begun.TrySetResult();
                break;
        }

        _observer?.Invoke(told);
    }

    private async Task<HypervisorReport> AskReportAsync()
    {
        int state, reason;
        try
        {
            (state, reason) = await OnDomainAsync(
                domain =>
                {
                    LibvirtConnection.Check(LibvirtNative.virDomainGetState(domain, out var s, out var r, 0));
                    return (s, r);
                },
                "virDomainGetState", BlockedLimit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound)
        {
            return LibvirtWords.Absent;
        }

        return LibvirtWords.Report(state, reason, await FindKindAsync().ConfigureAwait(false), _error);
    }

    private async Task<LibvirtJobKind> FindKindAsync()
    {
        try
        {
            return await FindJobAsync(0, TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false) is { IsMigration: true } ? LibvirtJobKind.Migration : LibvirtJobKind.None;
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.TimedOut)
        {
            // Only a job in which QEMU sends its devices keeps its monitor from answering.
            return LibvirtJobKind.Migration;
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.Refused)
        {
            return LibvirtJobKind.Incoming;
        }
    }

    private async Task<LibvirtJob?> FindJobAsync(uint flags, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await OnDomainAsync(domain => LibvirtCalls.ReadJob(domain, flags), "virDomainGetJobStats", limit, cancellationToken).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound)
        {
            return null;
        }
    }

    private Task<int> SetMaxDowntimeAsync(ulong milliseconds, CancellationToken cancellationToken) =>
        OnDomainAsync(domain => LibvirtNative.virDomainMigrateSetMaxDowntime(domain, milliseconds, 0), "virDomainMigrateSetMaxDowntime", CommandLimit, cancellationToken);

    private Task<int> OnDomainAsync(Func<LibvirtDomainHandle, int> call, string what, TimeSpan limit, CancellationToken cancellationToken) =>
        OnDomainAsync<int>(domain => LibvirtConnection.Check(call(domain)), what, limit, cancellationToken);

    private Task<T> OnDomainAsync<T>(Func<LibvirtDomainHandle, T> call, string what, TimeSpan limit, CancellationToken cancellationToken) => _connection.CallAsync(
        connection =>
        {
            // A handle speaks of the domain's UUID, so it stays true whatever becomes of its process.
            var domain = _domain ??= LibvirtConnection.Check(LibvirtNative.virDomainLookupByName(connection, _address.Domain!));
            return call(domain);
        },
        limit, what, cancellationToken);
}
