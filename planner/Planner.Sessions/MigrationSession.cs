using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Carries one migration out: an engine decides, this does. Any number may run at once in a process.</summary>
public static class MigrationSession
{
    /// <summary>Runs a migration to its end.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="services">What to work with.</param>
    /// <param name="cancellationToken">Cancels before the commit point: the machine runs on at the source, and the outcome is
    /// <see cref="MigrationOutcome.Stayed"/>. After the commit point it has no effect.</param>
    /// <exception cref="PlanRefusedException">The machine lacks what a migration needs, or the destination is another machine. Nothing was touched.</exception>
    /// <exception cref="StoreException">The store cannot be read. Nothing was touched.</exception>
    /// <exception cref="DeviceException">A device is gone. Nothing was touched.</exception>
    /// <exception cref="HypervisorException">A monitor does not answer. Nothing was touched.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before anything was touched.</exception>
    public static Task<SessionResult> RunAsync(MigrationRequest request, SessionServices services, CancellationToken cancellationToken) => request switch
    {
        DeviceMigrationRequest devices => DeviceSession.RunAsync(devices, services, cancellationToken),
        MachineMigrationRequest machine => MachineSession.RunAsync(machine, services, cancellationToken),
        _ => throw new ArgumentException($"There is no session for a {request.GetType().Name}.", nameof(request)),
    };
}
