namespace Planner.Cli;

/// <summary>What <c>measure</c> prints as JSON.</summary>
/// <param name="Device">The device.</param>
/// <param name="Class">Its class.</param>
/// <param name="Rounds">The rounds that were completed.</param>
/// <param name="Arcs">The latencies of this run and before.</param>
/// <param name="Trouble">Why the walk ended early; null if it did not.</param>
internal sealed record MeasureReport(string Device, string Class, int Rounds, IReadOnlyList<MeasuredArc> Arcs, string? Trouble)
{
    /// <summary>What the object is.</summary>
    public string Kind { get; } = "measurement";
}
