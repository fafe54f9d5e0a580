namespace Planner.Evaluation;

/// <summary>Tries every rule on every cell of a grid of workloads with known truth.</summary>
public static class GridEvaluation
{
    /// <summary>Runs the evaluation.</summary>
    /// <param name="workloads">The file.</param>
    /// <param name="options">How much is simulated.</param>
    /// <param name="onProgress">Called with the share that is done, from any thread; null for nobody.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A tally for every cell and rule. The peers and the oracle know no confidence: theirs are kept under the first one.</returns>
    public static IReadOnlyList<GridTally> Run(WorkloadFile workloads, GridOptions options, Action<double>? onProgress, CancellationToken cancellation)
    {
        var columns = workloads.Grid.Links.Count * workloads.Grid.Devices.Count;
        var results = new List<GridTally>[columns];
        var done = 0;
        Parallel.For(
            0,
            columns,
            new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation },
            column =>
            {
                results[column] = [.. new GridColumn(workloads, options, column / workloads.Grid.Devices.Count, column % workloads.Grid.Devices.Count).Run()];
                onProgress?.Invoke(Interlocked.Increment(ref done) / (double)columns);
            });
        return [.. results.SelectMany(r => r)];
    }
}
