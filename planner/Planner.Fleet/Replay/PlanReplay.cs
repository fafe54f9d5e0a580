using MathNet.Numerics.Distributions;
using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>Carries a plan out many times in simulation, with durations drawn from their distributions.</summary>
/// <remarks>Each step starts when all that it waits for has ended. Part of each deviation is common to all moves of a run (<see cref="DurationSpread.CommonWeight"/>).</remarks>
internal sealed class PlanReplay
{
    private readonly PlanGraph _graph;
    private readonly double[] _seconds;
    private readonly DurationSpread?[] _spreads;
    private readonly int[] _hostOf;
    private readonly double[] _earliest;
    private readonly double[] _ends;

    /// <param name="graph">The steps.</param>
    /// <param name="seconds">The middle of each step's duration.</param>
    /// <param name="spreads">How far each may lie off; null for a step that always takes as long.</param>
    /// <param name="hostOf">The place among <paramref name="hosts"/> of the host that is emptier after each step; -1 for none.</param>
    /// <param name="hosts">The number of hosts whose last step is of interest.</param>
    /// <param name="replications">How often; at least 1.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="earliest">Before that no step starts; null for 0.</param>
    public PlanReplay(PlanGraph graph, double[] seconds, DurationSpread?[] spreads, int[] hostOf, int hosts, int replications, ulong seed, double[]? earliest = null)
    {
        (_graph, _seconds, _spreads, _hostOf) = (graph, seconds, spreads, hostOf);
        _earliest = earliest ?? new double[graph.Count];
        _ends = new double[graph.Count];
        Finish = new double[replications];
        HostFinish = new double[hosts][];
        for (var h = 0; h < hosts; h++)
        {
            HostFinish[h] = new double[replications];
        }

        for (var run = 0; run < replications; run++)
        {
            Run(run, new SeededStream(seed, run, 0, 3));
        }

        Array.Sort(Finish);
        foreach (var own in HostFinish)
        {
            Array.Sort(own);
        }
    }

    /// <summary>When each run was done, in seconds, ascending.</summary>
    public double[] Finish { get; }

    /// <summary>The same of each host.</summary>
    public double[][] HostFinish { get; }

    /// <summary>The quantile of sorted values: the smallest that a share of them does not exceed.</summary>
    public static double Quantile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count - 1e-9) - 1, 0, sorted.Count - 1)];

    /// <summary>The share of sorted values that are at most a limit.</summary>
    public static double ShareWithin(double[] sorted, double limit)
    {
        var at = Array.BinarySearch(sorted, limit);
        at = at < 0 ? ~at : at;
        while (at < sorted.Length && sorted[at] <= limit)
        {
            at++;
        }

        return sorted.Length == 0 ? 1 : (double)at / sorted.Length;
    }

    private void Run(int run, SeededStream draws)
    {
        // Stratified: of what all moves of a run have in common the runs take one slice each, so that few runs show its middle and its tail as well as many.
        var common = Normal.InvCDF(0, 1, (run + 0.5) / Finish.Length);
        var last = 0.0;
        for (var step = 0; step < _ends.Length; step++)
        {
            var start = _earliest[step];
            foreach (var before in _graph.Before(step))
            {
                start = Math.Max(start, _ends[before]);
            }

            var factor = _spreads[step] is { } spread
                ? spread.Factor(spread.CommonWeight * common + (spread.OwnWeight > 0 ? spread.OwnWeight * draws.NextNormal() : 0))
                : 1;
            var end = start + _seconds[step] * factor;
            _ends[step] = end;
            last = Math.Max(last, end);
            if (_hostOf[step] is >= 0 and var host)
            {
                HostFinish[host][run] = Math.Max(HostFinish[host][run], end);
            }
        }

        Finish[run] = last;
    }
}
