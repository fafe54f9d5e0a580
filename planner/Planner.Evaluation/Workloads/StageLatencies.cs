using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>How long the devices of a machine take in one blackout, from barrier to barrier.</summary>
/// <param name="QuiesceSeconds">Until the last device is in its P2P state.</param>
/// <param name="StopSeconds">From there until the last device is in STOP_COPY.</param>
/// <param name="LoadSeconds">From the last byte until the last device runs at the destination.</param>
internal readonly record struct StageLatencies(double QuiesceSeconds, double StopSeconds, double LoadSeconds)
{
    /// <summary>All of it, in seconds.</summary>
    public double TotalSeconds => QuiesceSeconds + StopSeconds + LoadSeconds;

    /// <summary>Draws the latencies of one migration.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="draws">The draws.</param>
    /// <param name="earlierMigrations">How many migrations of the class came before; moves the drift of the arcs.</param>
    public static StageLatencies Draw(MachineDevices devices, SeededStream draws, int earlierMigrations)
    {
        double quiesce = 0, stop = 0, load = 0;
        foreach (var group in devices.Devices)
        {
            var groupLoad = 0.0;
            for (var i = 0; i < group.Count; i++)
            {
                quiesce = Math.Max(quiesce, group.Quiesce.QuantileNanoseconds(draws.NextOpenUnit(), earlierMigrations) / 1e9);
                stop = Math.Max(stop, group.Stop.QuantileNanoseconds(draws.NextOpenUnit(), earlierMigrations) / 1e9);
                var one = group.Load.QuantileNanoseconds(draws.NextOpenUnit(), earlierMigrations) / 1e9;
                groupLoad = group.LoadsSerially ? groupLoad + one : Math.Max(groupLoad, one);
            }

            load = Math.Max(load, groupLoad);
        }

        return new StageLatencies(quiesce, stop, load);
    }
}
