namespace Planner.Measurements;

/// <summary>A hypervisor that can be watched while somebody else drives its migration.</summary>
public interface IObservedHypervisor : IHypervisor
{
    /// <summary>Looks at a migration that somebody else drives. Changes nothing.</summary>
    /// <param name="knownPass">The pass that was seen last: another one counts as just begun, as exactly as the asking goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">The hypervisor does not answer, also not once the devices are saved.</exception>
    Task<HypervisorObservation> ObserveAsync(int knownPass, CancellationToken cancellationToken);
}

/// <summary>A hypervisor whose switchover can be taken charge of while somebody else drives its migration.</summary>
public interface ISteeredHypervisor : IObservedHypervisor
{
    /// <summary>Reads the limit that decides when the guest is stopped. <see cref="IHypervisor.HoldAsync"/> and <see cref="IHypervisor.AllowSwitchoverAsync"/> set it, and
    /// so may whoever drives the migration.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<TimeSpan> ReadLimitAsync(CancellationToken cancellationToken);

    /// <summary>Sets that limit: the way to give it back.</summary>
    /// <param name="limit">The limit; from 1 ms.</param>
    /// <param name="cancellationToken">Gives up waiting; it may have taken effect.</param>
    Task SetLimitAsync(TimeSpan limit, CancellationToken cancellationToken);
}

/// <summary>A hypervisor whose own words can be recorded.</summary>
public interface IRecordedHypervisor : IHypervisor
{
    /// <summary>Takes down what the hypervisor says from now on, as JSON lines that <c>planner replay</c> reads.</summary>
    /// <param name="output">Where the lines go; disposed with the recording.</param>
    IHypervisorRecording Record(Stream output);
}

/// <summary>A recording under way. Disposing ends it and writes what is left; more than once does no harm.</summary>
public interface IHypervisorRecording : IDisposable
{
    /// <summary>Why the recording is incomplete, in one sentence; null if it is not.</summary>
    string? Trouble { get; }
}
