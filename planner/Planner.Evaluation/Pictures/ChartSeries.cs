namespace Planner.Evaluation;

/// <summary>Points that belong together. Series of the same name in several panels share one line of the legend.</summary>
/// <param name="Name">What they are, for the legend.</param>
/// <param name="Colour">Which of the chart's colours, from 0; below 0 for that of the axes.</param>
/// <param name="Mark">How they are drawn.</param>
/// <param name="Points">The points; lines go through them in this order.</param>
/// <param name="Size">How large marks are, against the usual: one in the middle of another is still seen.</param>
public sealed record ChartSeries(string Name, int Colour, ChartMark Mark, IReadOnlyList<ChartPoint> Points, double Size = 1);
