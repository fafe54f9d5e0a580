namespace Planner.Measurements;

/// <summary>One side of a machine's migration: the monitor of the hypervisor that runs it, or is to take it.</summary>
/// <remarks>
/// The hypervisor walks the devices and sends the memory itself; the planner says when it may stop the guest. Every call fails with
/// <see cref="HypervisorException"/>, and none waits longer than its own time limit. A call that timed out may still take effect.
/// </remarks>
public interface IHypervisor : IAsyncDisposable
{
    /// <summary>The address the monitor was opened by, such as <c>qmp:/run/vm1.qmp</c>.</summary>
    string Address { get; }

    /// <summary>What was found when the monitor was opened.</summary>
    HypervisorOffer Offer { get; }

    /// <summary>Takes every event, in order, on a thread of its own; it must not block. Set once, before <see cref="PrepareAsync"/>.</summary>
    Action<HypervisorEvent>? Observer { get; set; }

    /// <summary>Asks for the truth: whether the guest runs, and how far a migration is.</summary>
    /// <param name="limit">How long to wait. While the devices are saved a monitor may not answer at all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Reads everything that a migration changes, as one opaque text for <see cref="RestoreAsync"/>. Changes nothing.</summary>
    Task<string> ReadSettingsAsync(CancellationToken cancellationToken);

    /// <summary>Sets the capabilities and parameters of a held migration. The guest is not touched.</summary>
    /// <param name="side">Which side this is to be.</param>
    /// <param name="mayThrottle">Whether the guest may be slowed down later; if not, the hypervisor is kept from it, too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken);

    /// <summary>Makes a destination listen for the machine.</summary>
    /// <param name="channel">Where, such as <c>unix:/run/vm1.migration</c> or <c>tcp:10.0.0.2:4444</c>.</param>
    /// <param name="mayListenAlready">Whether a destination that was told where to listen when it was started is taken as it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken);

    /// <summary>Starts the migration, held in pre-copy: the guest runs on until <see cref="AllowSwitchoverAsync"/>.</summary>
    Task StartAsync(string channel, CancellationToken cancellationToken);

    /// <summary>Lets the hypervisor stop the guest as soon as its own exact count of what is left is small enough.</summary>
    /// <param name="bytes">The most that may be left, memory and device state together; at least 1.</param>
    /// <param name="cancellationToken">Gives up waiting; the permission may have taken effect.</param>
    Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken);

    /// <summary>Takes the permission back. A guest that is already stopped stays stopped.</summary>
    Task HoldAsync(CancellationToken cancellationToken);

    /// <summary>Slows the guest's CPUs down so that it dirties less.</summary>
    /// <param name="percent">The share of time taken from the guest, 0 (none) to 99.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task ThrottleAsync(int percent, CancellationToken cancellationToken);

    /// <summary>Gives a running migration up, and breaks it off where a monitor is blocked. Safe while the destination was never told to continue.</summary>
    Task CancelAsync(CancellationToken cancellationToken);

    /// <summary>Lets the guest run. Whoever calls this answers for the guest not running on the other side.</summary>
    Task ContinueAsync(CancellationToken cancellationToken);

    /// <summary>Puts back what <see cref="ReadSettingsAsync"/> read.</summary>
    Task RestoreAsync(string settings, CancellationToken cancellationToken);

    /// <summary>Ends the hypervisor's process: the way to break a migration whose source no longer answers. For destinations that were never
    /// continued only.</summary>
    Task QuitAsync(CancellationToken cancellationToken);

    /// <summary>Counts how many different bytes the guest writes in a window.</summary>
    /// <param name="length">The window; from 100 ms to 60 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken);
}
