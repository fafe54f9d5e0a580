using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Carries one migration out: the engine decides, this does.</summary>
public sealed class MigrationSession
{
    private readonly MigrationRequest _request;
    private readonly SessionServices _services;

    /// <summary>Makes a session. Nothing is touched yet.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="services">What to work with.</param>
    /// <exception cref="PlanRefusedException">The machine lacks what a migration needs.</exception>
    public MigrationSession(MigrationRequest request, SessionServices services)
    {
        _request = request;
        _services = services;
    }

    /// <summary>Runs the migration to its end on the calling thread. Called once.</summary>
    /// <param name="cancellationToken">Cancels before the commit point: the machine goes back to RUNNING, and the outcome is
    /// <see cref="MigrationOutcome.Stayed"/>. After the commit point it has no effect.</param>
    /// <exception cref="StoreException">The store cannot be read. Nothing was touched.</exception>
    public SessionResult Run(CancellationToken cancellationToken) => throw new NotSupportedException(_request.Machine + _services.Clock);
}
