using Planner.Measurements;

namespace Planner.Fleet;

/// <summary>What a plan had to assume, in sentences.</summary>
internal static class PlanAssumptions
{
    public static IReadOnlyList<string> Of(FleetModel model, MoveForecaster forecaster)
    {
        var said = new List<string>();
        if (model.HasAssumedPorts)
        {
            said.Add($"A host without a stated link is taken to have a port of {Quantity.FormatBytes(FleetModel.AssumedPortBytesPerSecond)}/s (10 Gbit/s).");
        }

        if (forecaster.IsWithoutEvidence)
        {
            said.Add("No move was ever measured here: durations are those of a model, and all of them together may be half as long again (P95).");
        }

        var unknown = model.Spec.Machines.Count(m => m.Dirty is null);
        if (unknown > 0)
        {
            said.Add($"{unknown} of {model.Machines} machines do not say how they write their memory, and are taken to be idle.");
        }

        return said;
    }
}
