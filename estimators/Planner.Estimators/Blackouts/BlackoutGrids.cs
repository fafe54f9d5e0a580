namespace Planner.Estimators;

/// <summary>The times of a blackout that do not grow with its bytes, as distributions on a grid: each is made when it is first asked for. Immutable.</summary>
/// <param name="terms">The terms, which nobody changes any more.</param>
/// <param name="arcTerms">Which of them are arcs.</param>
/// <param name="stages">How arcs add up.</param>
/// <param name="devicesInSeries">Whether one device is walked after the other.</param>
/// <param name="stepSeconds">The width of a cell in seconds; above 0.</param>
/// <param name="cells">The number of cells.</param>
internal sealed class BlackoutGrids(BlackoutTerm[] terms, int[] arcTerms, StageSums stages, bool devicesInSeries, double stepSeconds, int cells)
{
    /// <summary>The width of a cell in seconds.</summary>
    public double StepSeconds => stepSeconds;

    // Both gates have it in common. Made twice at once it comes out the same.
    private GridDistribution Rest => field ??= SumOfRest();

    /// <summary>The sum of all arcs from a stage of the first group on, and of all that is fixed.</summary>
    public GridDistribution From(BlackoutStage stage) => Plus(Rest, OnGrid(0, stage));

    private GridDistribution SumOfRest()
    {
        var sum = OnGrid(Array.FindIndex(terms, t => t.Kind == TermKind.TransferFixed));
        for (var i = 0; i < terms.Length; i++)
        {
            sum = terms[i].Kind == TermKind.StateWork ? sum.Plus(OnGrid(i)) : sum;
        }

        for (var group = 1; group < stages.Groups; group++)
        {
            sum = Plus(sum, OnGrid(group, BlackoutStage.Quiesce));
        }

        return sum;
    }

    private GridDistribution? OnGrid(int group, BlackoutStage from)
    {
        GridDistribution? slowest = null;
        foreach (var device in stages.ArcsOf(group, from).GroupBy(a => a.Device))
        {
            var sum = device.Select(a => OnGrid(arcTerms[a.Index])).Aggregate((x, y) => x.Plus(y));
            slowest = slowest is null ? sum : devicesInSeries ? slowest.Plus(sum) : slowest.Max(sum);
        }

        return slowest;
    }

    private GridDistribution OnGrid(int term) => GridDistribution.FromSamples(terms[term].Samples.Sorted, stepSeconds, cells);

    private static GridDistribution Plus(GridDistribution sum, GridDistribution? next) => next is null ? sum : sum.Plus(next);
}
