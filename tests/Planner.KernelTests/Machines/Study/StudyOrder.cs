namespace Planner.KernelTests;

/// <summary>Which machine migrates when: all machines and QEMUs in turn, shuffled.</summary>
internal static class StudyOrder
{
    /// <summary>Draws the order and everything in it.</summary>
    /// <param name="runs">How many migrations in all.</param>
    /// <param name="versions">The QEMUs; the first one has four fifths of the migrations.</param>
    /// <param name="random">Decides.</param>
    public static IReadOnlyList<StudyDraw> Draw(int runs, IReadOnlyList<string> versions, Random random)
    {
        var machines = StudyMachine.All;
        var first = versions.Count == 1 ? runs : (int)Math.Round(runs * 0.8);
        (StudyMachine Machine, string Version)[] order =
        [
            .. Enumerable.Range(0, first).Select(i => (machines[i % machines.Count], versions[0])),
            .. Enumerable.Range(first, runs - first).Select(i => (machines[i % machines.Count], versions[^1])),
        ];
        random.Shuffle(order);
        var counts = new Dictionary<(StudyMachine, string), int>();
        return [.. order.Select(o => StudyDraw.Of(o.Machine, o.Version, counts[o] = counts.GetValueOrDefault(o) + 1, random))];
    }
}
