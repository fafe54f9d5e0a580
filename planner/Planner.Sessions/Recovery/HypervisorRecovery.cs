using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Brings a machine whose migration by its hypervisor was interrupted back to run on exactly one side.</summary>
internal static class HypervisorRecovery
{
    /// <summary>Whether a journal is about such a machine.</summary>
    public static bool IsAbout(JournalHeader header, Drivers drivers) => header.Devices is [{ Source: var source }] && drivers.IsHypervisor(source.Address);

    /// <summary>Recovers it. The truth is asked from both monitors.</summary>
    /// <param name="contents">What the journal says.</param>
    /// <param name="services">What to work with, the journal among it.</param>
    public static (MigrationOutcome Outcome, string Reason) Run(JournalContents contents, SessionServices services)
    {
        var machine = contents.Header.Devices[0];
        var source = Link(machine.Source, services);
        var destination = Link(machine.Destination, services);
        var plan = new HypervisorPlan
        {
            SourceAddress = machine.Source.Address,
            DestinationAddress = machine.Destination.Address,
            ReportPatience = services.StatePatience,
            StopPatience = services.StopPatience,

            // The journal does not say which devices there are.
            KnowsDevices = false,
            TellsArcs = false,
        };
        HypervisorState state;
        using (var loop = new HypervisorLoop(source, destination, new HypervisorChannel("", "", false), services, new HypervisorRecoveryScribe(contents.Header)))
        {
            state = loop.Run(now => HypervisorEngine.Recover(plan, contents.IsHandedOver, now), CancellationToken.None);
        }

        source.DisposeAsync().AsTask().GetAwaiter().GetResult();
        destination.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (state.IntendedOutcome, state.Reason);
    }

    private static HypervisorLink Link(JournalEndpoint endpoint, SessionServices services) =>
        new(endpoint.Address, null, endpoint.Settings ?? "{}", services.Drivers);
}
