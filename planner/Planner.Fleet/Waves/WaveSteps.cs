using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Turns the steps of waves into the moves and reboots of a plan.</summary>
internal static class WaveSteps
{
    public static (IReadOnlyList<PlannedMove> Moves, IReadOnlyList<PlannedReboot> Reboots) Of(FleetModel model, IReadOnlyList<WaveStep> steps, PlanGraph graph)
    {
        // Steps are numbered together, moves and reboots each by themselves.
        var number = new int[steps.Count];
        var (moves, reboots) = (new List<PlannedMove>(), new List<PlannedReboot>());
        for (var index = 0; index < steps.Count; index++)
        {
            var step = steps[index];
            var before = graph.Before(index).ToArray();
            int[] after = [.. before.Where(b => !steps[b].IsReboot).Select(b => number[b])];
            if (step.Forecast is { } forecast)
            {
                number[index] = moves.Count;
                moves.Add(new PlannedMove(
                    model.MachineName(step.Machine),
                    model.HostName(step.From),
                    model.HostName(step.To),
                    step.Start,
                    forecast.P50Seconds,
                    forecast.P95Seconds,
                    forecast.BytesPerSecond,
                    double.IsFinite(forecast.Blackout.DirtyRateLimit) ? forecast.Blackout.DirtyRateLimit : null,
                    forecast.Blackout.BoundSeconds,
                    after,
                    [.. before.Where(b => steps[b].IsReboot).Select(b => number[b])]));
            }
            else
            {
                number[index] = reboots.Count;
                reboots.Add(new PlannedReboot(model.HostName(step.From), step.Start, step.Seconds, after));
            }
        }

        return (moves, reboots);
    }
}
