using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>Quantiles of what the devices of a machine take in a blackout, from many draws.</summary>
internal sealed class LatencyQuantiles
{
    private const int Draws = 20_000;
    private const int Purpose = 5;

    // A ramp over some hundred migrations changes little within so many.
    private const int MigrationsPerTable = 25;

    private readonly MachineDevices _devices;
    private readonly ulong _seed;
    private readonly bool _drifts;
    private readonly Dictionary<int, double[]> _sorted = [];

    public LatencyQuantiles(MachineDevices devices, ulong seed)
    {
        _devices = devices;
        _seed = seed;
        _drifts = devices.Devices.Any(d => d.Quiesce.Drift is not null || d.Stop.Drift is not null || d.Load.Drift is not null);
    }

    /// <summary>The time that the devices exceed with a probability, in seconds.</summary>
    /// <param name="tail">The probability; in (0, 1).</param>
    /// <param name="earlierMigrations">How many migrations of the class came before.</param>
    public double Quantile(double tail, int earlierMigrations)
    {
        var table = _drifts ? earlierMigrations / MigrationsPerTable * MigrationsPerTable : 0;
        if (!_sorted.TryGetValue(table, out var sorted))
        {
            sorted = new double[Draws];
            for (var i = 0; i < Draws; i++)
            {
                sorted[i] = StageLatencies.Draw(_devices, new SeededStream(_seed, table, i, Purpose), table).TotalSeconds;
            }

            Array.Sort(sorted);
            _sorted[table] = sorted;
        }

        return sorted[Math.Clamp((int)Math.Ceiling((1 - tail) * Draws) - 1, 0, Draws - 1)];
    }
}
