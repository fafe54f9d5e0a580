using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Schedules what is left of a plan from now on.</summary>
internal sealed class Replanning(FleetModel model, MoveForecaster forecaster, PlanOptions options)
{
    public FleetPlan Plan(FleetPlan plan, PlanProgress progress)
    {
        var moves = new MoveSet(model, forecaster);
        var byMachine = new Dictionary<string, int>(plan.Moves.Count);
        foreach (var move in plan.Moves)
        {
            byMachine[move.Machine] = moves.Count;
            moves.Add(model.MachineIndex[move.Machine], model.HostIndex[move.From], model.HostIndex[move.To], move.BytesPerSecond);
        }

        int Find(string machine) => byMachine.TryGetValue(machine, out var move) ? move : throw new ArgumentException($"The plan moves no machine '{machine}'.", nameof(progress));
        int[] done = [.. progress.Done.Select(Find)];
        var running = progress.RunningUntilSeconds.Select(r => (Find(r.Key), r.Value)).OrderBy(r => r.Item1).ToList();
        var begun = done.Concat(running.Select(r => r.Item1)).ToHashSet();

        var staying = progress.Staying.Select(b => Find(b.Machine)).ToHashSet();

        // In the order in which they would have started: what was critical then is nearly so now.
        int[] rest = [.. Enumerable.Range(0, moves.Count).Where(m => !begun.Contains(m) && !staying.Contains(m))];
        var scheduler = new ListScheduler(model, moves, []);
        var state = new ScheduleProgress(progress.NowSeconds, done, running);
        scheduler.Run(rest, null, byLoad: rest.Length > LocalSearch.MostMoves, state);
        var never = rest.Where(m => double.IsNaN(scheduler.Start[m])).Select(m => new BlockedMachine(model.MachineName(moves.Machine(m)), "what has moved so far leaves no room for it", "a new plan from the fleet as it is now"));
        var hosts = plan.LastSafeStart.Keys.Select(h => model.HostIndex[h]).ToList();
        var least = running.Select(r => r.Item2).Append(progress.NowSeconds).Max();
        return new MovePlan(model, forecaster, moves, scheduler, hosts, options).Result(plan.InputsHash, [.. plan.Blocked, .. progress.Staying, .. never], Math.Max(least, progress.NowSeconds + LongestPort(moves, rest)), state);
    }

    private double LongestPort(MoveSet moves, int[] rest) => rest.GroupBy(moves.From).Select(g => g.Sum(m => CriticalOrder.Work(model, moves, m, g.Key * 2))).DefaultIfEmpty(0).Max();
}
