using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

/// <summary>Fleets as YAML, for tests.</summary>
internal static class SmallFleets
{
    public static readonly FleetNames Names = new([.. BuiltInPolicies.All.Select(c => c.Name)], name => name == "fast-nic");

    public static readonly IReadOnlyDictionary<string, DeviceBlackout> Devices = new Dictionary<string, DeviceBlackout> { ["fast-nic"] = new(0.02, 0.05, 4e6) };

    public static FleetSpec Read(string spec) => FleetText.Read($"apiVersion: planner/v1\nkind: Fleet\nspec:\n{spec}", "f.yaml", Names);

    /// <summary>Plans, and checks the plan with what does not know how it was made.</summary>
    public static FleetPlan Plan(FleetSpec fleet, int replications = 200, ulong seed = 1)
    {
        var plan = new FleetPlanner(fleet, BuiltInPolicies.All, Devices).Plan(new PlanOptions(seed, replications));
        Assert.Empty(PlanChecker.Problems(fleet, plan));
        return plan;
    }

    public static FleetPlan Plan(string spec, int replications = 200) => Plan(Read(spec), replications);

    /// <summary>When the last move ends if each takes as long as its middle.</summary>
    public static double Makespan(FleetPlan plan) => plan.Moves.Count == 0 ? 0 : plan.Moves.Max(m => m.StartSeconds + m.P50Seconds);
}
