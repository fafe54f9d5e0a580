using Planner.Policies;

namespace Planner.Service;

/// <summary>Turns what was planned into steps. Planned anew, a step that is the same keeps its number, and whatever a person said of it.</summary>
/// <param name="Steps">The steps that are new or have changed.</param>
/// <param name="Dropped">The numbers of steps that waited and are not to be done any more.</param>
internal sealed record PlanSteps(IReadOnlyList<PlanStep> Steps, IReadOnlyList<int> Dropped)
{
    /// <summary>The steps of a plan.</summary>
    /// <param name="plan">The plan; of what is under way already it has the moves and reboots, too.</param>
    /// <param name="before">The steps so far.</param>
    /// <param name="fleet">The fleet: what a machine is promised stands there.</param>
    public static PlanSteps Of(FleetPlan plan, IReadOnlyCollection<PlanStep> before, FleetSpec fleet)
    {
        var underWay = before.Where(s => s.IsUnderWay).ToDictionary(s => (s.Machine, s.From, s.To));
        var waiting = before.Where(s => s.State == PlanStep.Waiting).ToLookup(s => (s.Machine, s.From, s.To));
        var used = new HashSet<int>();
        var next = before.Count == 0 ? 0 : before.Max(s => s.Number) + 1;
        int NumberOf(string? machine, string from, string? to)
        {
            var key = (machine, from, to);
            var number = underWay.TryGetValue(key, out var running) && !used.Contains(running.Number) ? running.Number
                : waiting[key].FirstOrDefault(s => !used.Contains(s.Number)) is { } same ? same.Number
                : next++;
            used.Add(number);
            return number;
        }

        int[] moves = [.. plan.Moves.Select(m => NumberOf(m.Machine, m.From, m.To))];
        int[] reboots = [.. plan.Reboots.Select(r => NumberOf(null, r.Host, null))];
        var known = before.ToDictionary(s => s.Number);
        var classes = fleet.Machines.ToDictionary(m => m.Name, m => m.Sla);
        var steps = new List<PlanStep>();
        void Add(PlanStep step)
        {
            if (!known.TryGetValue(step.Number, out var old))
            {
                steps.Add(step);
            }
            else if (!old.IsUnderWay)
            {
                steps.Add(step with { Approved = old.Approved, Tries = old.Tries, StatusDetail = old.StatusDetail });
            }
        }

        for (var i = 0; i < moves.Length; i++)
        {
            var move = plan.Moves[i];
            Add(PlanStep.Of(moves[i], move, [.. move.After.Select(a => moves[a]), .. move.AfterReboots.Select(a => reboots[a])]) with { Sla = classes[move.Machine] });
        }

        for (var i = 0; i < reboots.Length; i++)
        {
            Add(PlanStep.Of(reboots[i], plan.Reboots[i], [.. plan.Reboots[i].After.Select(a => moves[a])]));
        }

        return new PlanSteps(steps, [.. before.Where(s => s.State == PlanStep.Waiting && !used.Contains(s.Number)).Select(s => s.Number)]);
    }
}
