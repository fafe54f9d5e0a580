using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>A hypervisor that takes no time: what a <see cref="WarmUp"/> migrates a machine with.</summary>
internal sealed class ImaginaryHypervisor(MigrationSide side) : IHypervisor
{
    private const int Passes = 4;

    private HypervisorReport _report = new(
        side == MigrationSide.Source ? GuestRunState.Running : GuestRunState.Incoming, HypervisorMigrationStatus.None, "imaginary", null);

    public string Address => $"imaginary:{side}";

    public HypervisorOffer Offer { get; } = new()
    {
        Version = "imaginary",
        HypervisorClass = "imaginary",
        MachineType = "imaginary",
        CpuModel = "imaginary",
        Accelerator = "imaginary",
        RamBytes = 1,
    };

    public Action<HypervisorEvent>? Observer { get; set; }

    public Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken) => Task.FromResult(_report);

    public Task<string> ReadSettingsAsync(CancellationToken cancellationToken) => Task.FromResult("");

    public Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken)
    {
        // Everything is there at once.
        _report = _report with { Guest = GuestRunState.Paused, Migration = HypervisorMigrationStatus.Completed };
        return Task.CompletedTask;
    }

    public Task StartAsync(string channel, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            // The session takes progress once it knows that the migration has begun, so this goes on until the guest may be stopped.
            _ = Task.Run(
                async () =>
                {
                    for (var i = 0; i < Passes * 100 && _report.Guest == GuestRunState.Running; i++)
                    {
                        Tell(new PreCopyProgressed { ReceivedNanoseconds = Now, Pass = i, IsPass = i % 2 == 1, RemainingBytes = 1, BytesPerSecond = 1e9, TotalBytes = 1 << 20, SentBytes = 1 });
                        await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
                    }
                },
                CancellationToken.None);
        },
        cancellationToken);

    public Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken)
    {
        if (_report.Guest == GuestRunState.Running)
        {
            _report = _report with { Guest = GuestRunState.Migrated };
            Tell(new GuestStopped { ReceivedNanoseconds = Now });
            Tell(new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = Now });
            Tell(new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = Now });
            Tell(new SwitchoverDone(1, null) { ReceivedNanoseconds = Now });
        }

        return Task.CompletedTask;
    }

    public Task HoldAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ThrottleAsync(int percent, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CancelAsync(CancellationToken cancellationToken)
    {
        _report = _report with { Migration = HypervisorMigrationStatus.Cancelled };
        return Task.CompletedTask;
    }

    public Task ContinueAsync(CancellationToken cancellationToken)
    {
        _report = _report with { Guest = GuestRunState.Running };
        Tell(new GuestResumed { ReceivedNanoseconds = Now });
        return Task.CompletedTask;
    }

    public Task RestoreAsync(string settings, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task QuitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken) => Task.FromResult(new DirtyWindow(length, 0));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static long Now => TimeProvider.System.NowNanoseconds();

    private void Tell(HypervisorEvent what) => Observer?.Invoke(what);
}
