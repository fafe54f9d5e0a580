using System.Text;
using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;

namespace Planner.Fuzz;

/// <summary>The input is a fleet. Every failure but a <see cref="DocumentException"/> is a finding, and so is a plan that moves a machine which it does not have to.</summary>
internal static class FleetTarget
{
    private const int MostHosts = 30;
    private const int MostMachines = 60;

    private static readonly FleetNames Names = new([.. BuiltInPolicies.All.Select(c => c.Name)], name => name == "fast-nic");
    private static readonly Dictionary<string, DeviceBlackout> Devices = new() { ["fast-nic"] = new DeviceBlackout(0.02, 0.05, 4e6) };

    /// <summary>Reads the file, and plans if the fleet is small.</summary>
    /// <returns>The verdict.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            var fleet = FleetText.Read(Encoding.UTF8.GetString(input), "fleet.yaml", Names);
            if (fleet.Hosts.Count > MostHosts || fleet.Machines.Count > MostMachines)
            {
                return "large";
            }

            var plan = new FleetPlanner(fleet, BuiltInPolicies.All, Devices).Plan(new PlanOptions(1, 3));
            if (plan.Moves.Any(m => !double.IsFinite(m.StartSeconds) || !(m.P50Seconds >= 0))
                || (fleet.Task is { Kind: FleetTaskKind.Drain, MakeRoom: false } && plan.Moves.Any(m => !fleet.Task.Drain.Contains(m.From) || fleet.Task.Drain.Contains(m.To))))
            {
                throw new InvalidOperationException($"The plan {plan.Reason} makes no sense.");
            }

            return $"{FleetPlanJson.Write(plan).Length} characters: {plan.Reason}";
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }
}
