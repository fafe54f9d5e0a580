using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;

namespace Planner.Service;

/// <summary>What a plan was made from and what came of it: all that is needed to plan its rest anew, whatever the classes are by then.</summary>
/// <param name="Fleet">The fleet and its task, as the text of its file.</param>
/// <param name="Classes">The SLA classes, as JSON each.</param>
/// <param name="Devices">What the devices of each profile add to a blackout.</param>
/// <param name="Evidence">Moves of the past, those of the ledger with them.</param>
/// <param name="Options">How it was made.</param>
/// <param name="First">The plan.</param>
internal sealed record PlanInputs(
    string Fleet, IReadOnlyList<string> Classes, IReadOnlyDictionary<string, DeviceBlackout> Devices, IReadOnlyList<PastMove> Evidence, PlanOptions Options, FleetPlan First)
{
    /// <summary>The fleet and its task.</summary>
    public FleetSpec Spec() =>
        FleetText.Read(Fleet, RequestBody.Name, new FleetNames([.. Policies().Select(p => p.Name)], Devices.ContainsKey)) with { Evidence = Evidence };

    /// <summary>The classes.</summary>
    public IReadOnlyList<SlaPolicy> Policies() => [.. Classes.Select(c => SlaPolicyText.ReadAll(c, "an SLA class")[0])];

    /// <summary>What plans its rest anew.</summary>
    public FleetPlanner Planner() => new(Spec(), Policies(), Devices);
}
