namespace Planner.Fleet;

/// <summary>Builds the graph of rolling waves.</summary>
internal static class WaveGraph
{
    /// <summary>The graph of steps in the order of their starts.</summary>
    public static PlanGraph Of(FleetModel model, IReadOnlyList<WaveStep> steps)
    {
        var graph = new PlanGraph();
        var rebooted = new Dictionary<int, int>();
        var last = new Dictionary<int, int>();
        var leaving = new Dictionary<int, List<int>>();
        for (var index = 0; index < steps.Count; index++)
        {
            var step = steps[index];
            if (step.IsReboot)
            {
                // Who came before it was emptied has left again by then.
                foreach (var move in leaving.GetValueOrDefault(step.From) ?? [])
                {
                    graph.After(move);
                }

                rebooted[step.From] = index;
            }
            else
            {
                graph.After(last.GetValueOrDefault(step.Machine, -1));
                graph.After(rebooted.GetValueOrDefault(step.To, -1));
                PlanGraphs.TakePorts(graph, model, step.From, step.To, step.Forecast!.BytesPerSecond, step.Start + step.Seconds);
                last[step.Machine] = index;
                if (!leaving.TryGetValue(step.From, out var own))
                {
                    leaving[step.From] = own = [];
                }

                own.Add(index);
            }

            graph.Add();
        }

        return graph;
    }
}
