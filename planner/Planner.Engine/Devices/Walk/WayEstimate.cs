using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>How long the guest would still be stopped, going on or going back, by the medians of the arcs.</summary>
internal static class WayEstimate
{
    /// <summary>From where the devices are to RUNNING on the destination.</summary>
    /// <returns>Seconds; null if something on the way was never measured, or no way leads on.</returns>
    public static double? OnSeconds(Turn turn)
    {
        var rest = Gates.RestSeconds(turn);
        var longest = 0.0;
        for (var i = 0; i < turn.Count; i++)
        {
            // A destination that failed while it loaded has lost its image: nothing of a stream can be sent twice.
            if (turn.State.Streams[i].Activity == StreamActivity.Broken
                || (turn.State.Destinations[i].HasFailed && turn.State.Destinations[i].State != DeviceState.Resuming)
                || Way(turn, i, turn.State.Sources[i].State, DeviceState.StopCopy) is not { } way)
            {
                return null;
            }

            longest = Math.Max(longest, way);
        }

        return double.IsFinite(rest) ? longest + rest : null;
    }

    /// <summary>From where the devices are to RUNNING on the source.</summary>
    /// <returns>Seconds; null if something on the way was never measured, or no way leads back.</returns>
    public static double? BackSeconds(Turn turn)
    {
        var longest = 0.0;
        for (var i = 0; i < turn.Count; i++)
        {
            if (Way(turn, i, turn.State.Sources[i].State, DeviceState.Running) is not { } way)
            {
                return null;
            }

            longest = Math.Max(longest, way);
        }

        return longest;
    }

    /// <summary>From STOP, the last state in which a device can give up in flight, to RUNNING on the source.</summary>
    /// <returns>Seconds; a way with an arc that was never measured counts nothing.</returns>
    public static double BackFromStopSeconds(Turn turn)
    {
        var longest = 0.0;
        for (var i = 0; i < turn.Count; i++)
        {
            longest = Math.Max(longest, Way(turn, i, DeviceState.Stop, DeviceState.Running) ?? 0);
        }

        return longest;
    }

    private static double? Way(Turn turn, int device, DeviceState? from, DeviceState to)
    {
        var capabilities = turn.Plan.Devices[device].Source.Capabilities;
        if (from is not { } state || !MigrationStateMachine.TryGetPath(state, to, capabilities, out var path))
        {
            return null;
        }

        var sum = 0.0;
        foreach (var arc in path)
        {
            if (Median(turn.State.Evaluator!.Snapshot.Devices[device], arc) is not { } seconds)
            {
                return null;
            }

            sum += seconds;
        }

        return sum;
    }

    private static double? Median(DeviceEvidence device, Arc arc)
    {
        var evidence = device.Arcs.FirstOrDefault(a => a.From == arc.From.Name() && a.To == arc.To.Name());
        if (evidence is null || evidence.Seconds.Count == 0)
        {
            return evidence?.WorstSeconds;
        }

        var sorted = evidence.Seconds.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
