using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Turns a schedule of moves into a plan: replays it, and says how sure it is.</summary>
internal sealed class MovePlan(FleetModel model, MoveForecaster forecaster, MoveSet moves, ListScheduler scheduler, IReadOnlyList<int> hosts, PlanOptions options)
{
    /// <summary>The plan.</summary>
    /// <param name="inputsHash">The hash of what it was made from.</param>
    /// <param name="blocked">Who cannot move.</param>
    /// <param name="least">The lower bound.</param>
    /// <param name="progress">What is done and runs already; null at the beginning.</param>
    public FleetPlan Result(string inputsHash, IReadOnlyList<BlockedMachine> blocked, double least, ScheduleProgress? progress = null)
    {
        var task = model.Spec.Task;
        var running = (progress?.Running ?? []).ToDictionary(r => r.Move, r => Math.Max(r.End, progress!.Now));
        List<int> steps = [.. running.Keys, .. scheduler.Started];
        double End(int move) => running.TryGetValue(move, out var end) ? end : scheduler.Start[move] + moves.Seconds(move);
        var graph = PlanGraphs.Of(model, moves, steps, [.. steps.Select(End)], progress?.Done ?? []);
        var place = hosts.Select((h, i) => (h, i)).ToDictionary(p => p.h, p => p.i);
        var replay = new PlanReplay(
            graph,
            [.. steps.Select(m => running.TryGetValue(m, out var end) ? end : moves.Seconds(m))],
            [.. steps.Select(m => running.ContainsKey(m) ? null : moves.Forecast(m).Spread)],
            [.. steps.Select(m => place.GetValueOrDefault(moves.From(m), -1))],
            hosts.Count,
            options.Replications,
            options.Seed,
            [.. steps.Select(m => running.ContainsKey(m) ? 0 : progress?.Now ?? 0)]);
        var planned = steps.Select((move, step) => Planned(move, running.TryGetValue(move, out var end) ? end - moves.Seconds(move) : scheduler.Start[move], graph.Before(step).ToArray())).ToList();
        var within = task.FinishWithin?.TotalSeconds;
        double? inTime = within is { } limit ? PlanReplay.ShareWithin(replay.Finish, limit) : null;
        var stuck = blocked.Select(b => model.HostOf[model.MachineIndex[b.Machine]]).ToHashSet();
        return new FleetPlan
        {
            Kind = task.Kind,
            IsFeasible = blocked.Count == 0 && (inTime is null || inTime >= task.Confidence),
            Reason = PlanReason.Of(task, planned.Count, blocked.Count, replay, inTime),
            MakespanP50Seconds = PlanReplay.Quantile(replay.Finish, 0.5),
            MakespanP95Seconds = PlanReplay.Quantile(replay.Finish, 0.95),
            ProbabilityInTime = inTime,
            LowerBoundSeconds = least,
            Moves = planned,
            Blocked = blocked,
            LastSafeStart = hosts.ToDictionary(
                model.HostName,
                h => within is { } w && !stuck.Contains(h) ? (double?)(w - PlanReplay.Quantile(replay.HostFinish[place[h]], task.Confidence)) : null),
            FinishSeconds = replay.Finish,
            Assumptions = PlanAssumptions.Of(model, forecaster),
            InputsHash = inputsHash,
            Hash = FleetHash.OfPlan(inputsHash, planned, []),
        };
    }

    private PlannedMove Planned(int move, double start, int[] after)
    {
        var forecast = moves.Forecast(move);
        return new PlannedMove(
            model.MachineName(moves.Machine(move)),
            model.HostName(moves.From(move)),
            model.HostName(moves.To(move)),
            start,
            forecast.P50Seconds,
            forecast.P95Seconds,
            forecast.BytesPerSecond,
            double.IsFinite(forecast.Blackout.DirtyRateLimit) ? forecast.Blackout.DirtyRateLimit : null,
            forecast.Blackout.BoundSeconds,
            after,
            []);
    }
}
