using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Who could be moved within the SLA, one at a time, as the fleet is now.</summary>
internal sealed class Assessment(FleetModel model, MoveForecaster forecaster, BlockedReasons reasons)
{
    public FleetPlan Plan(string inputsHash)
    {
        var everywhere = new bool[model.Hosts];
        Array.Fill(everywhere, true);
        var placement = new Placement(model, forecaster, everywhere, []);
        var rates = new LowerBound(model, forecaster, placement).BestRates;
        var blocked = new List<BlockedMachine>();
        for (var machine = 0; machine < model.Machines; machine++)
        {
            var home = model.HostOf[machine];
            if (model.OutSlots[home] == 0)
            {
                blocked.Add(reasons.ByHost(machine));
            }
            else if (rates[home] > 0 && !forecaster.Of(machine, rates[home]).Fits)
            {
                blocked.Add(reasons.BySla(machine, rates[home]));
            }
            else if (!placement.Targets.Any(h => h != home && model.InSlots[h] > 0 && placement.HasRoom(machine, h) && placement.MayGo(machine, h)))
            {
                blocked.Add(reasons.ByPlace(machine, placement, []));
            }
        }

        var able = model.Machines - blocked.Count;
        return new FleetPlan
        {
            Kind = FleetTaskKind.Assess,
            IsFeasible = blocked.Count == 0,
            Reason = blocked.Count == 0 ? $"each of the {model.Machines} machines could be moved within its SLA class" : $"{able} of {model.Machines} machines could be moved within their SLA class, {blocked.Count} could not",
            MakespanP50Seconds = 0,
            MakespanP95Seconds = 0,
            LowerBoundSeconds = 0,
            Moves = [],
            Blocked = blocked,
            LastSafeStart = new Dictionary<string, double?>(),
            Assumptions = PlanAssumptions.Of(model, forecaster),
            InputsHash = inputsHash,
            Hash = FleetHash.OfPlan(inputsHash, [], []),
        };
    }
}
