using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>How long the guest would still be stopped, going on or going back, by the medians of the arcs.</summary>
internal static class WayEstimate
{
    /// <summary>From where the devices are to RUNNING on the destination.</summary>
    /// <returns>Seconds; null if something on the way was never measured, or no way leads on.</returns>
    public static double? OnSeconds(DeviceStepBuilder step)
    {
        var rest = Gates.RestSeconds(step);
        var longest = 0.0;
        for (var i = 0; i < step.Count; i++)
        {
            // A destination that failed while it loaded has lost its image: nothing of a stream can be sent twice.
            if (step.State.Streams[i].Activity == StreamActivity.Broken
                || (step.State.Destinations[i].HasFailed && step.State.Destinations[i].State != DeviceState.Resuming)
                || Way(step, i, step.State.Sources[i].State, DeviceState.StopCopy) is not { } way)
            {
                return null;
            }

            longest = Math.Max(longest, way);
        }

        return double.IsFinite(rest) ? longest + rest : null;
    }

    /// <summary>From where the devices are to RUNNING on the source.</summary>
    /// <returns>Seconds; null if something on the way was never measured, or no way leads back.</returns>
    public static double? BackSeconds(DeviceStepBuilder step)
    {
        var longest = 0.0;
        for (var i = 0; i < step.Count; i++)
        {
            if (Way(step, i, step.State.Sources[i].State, DeviceState.Running) is not { } way)
            {
                return null;
            }

            longest = Math.Max(longest, way);
        }

        return longest;
    }

    /// <summary>From STOP_COPY, the longest way back to RUNNING on the source.</summary>
    /// <returns>Seconds; null if something on the way was never measured.</returns>
    public static double? BackFromStopCopySeconds(DeviceStepBuilder step) => step.Plan.Devices
        .Select((_, i) => Way(step, i, DeviceState.StopCopy, DeviceState.Running))
        .Aggregate((double?)0, (longest, way) => longest is { } so && way is { } far ? Math.Max(so, far) : null);

    /// <summary>From STOP, the last state in which a device can give up in flight, to RUNNING on the source.</summary>
    /// <returns>Seconds; a way with an arc that was never measured counts nothing.</returns>
    public static double BackFromStopSeconds(DeviceStepBuilder step)
    {
        var longest = 0.0;
        for (var i = 0; i < step.Count; i++)
        {
            longest = Math.Max(longest, Way(step, i, DeviceState.Stop, DeviceState.Running) ?? 0);
        }

        return longest;
    }

    private static double? Way(DeviceStepBuilder step, int device, DeviceState? from, DeviceState to)
    {
        var capabilities = step.Plan.Devices[device].Source.Capabilities;
        if (from is not { } state || !MigrationStateMachine.TryGetPath(state, to, capabilities, out var path))
        {
            return null;
        }

        var sum = 0.0;
        foreach (var arc in path)
        {
            if (Median(step.State.Evaluator!.Snapshot.Devices[device], arc) is not { } seconds)
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
        return evidence is { Seconds.Count: > 0 } ? Samples.Of(evidence.Seconds).Median : evidence?.WorstSeconds;
    }
}
