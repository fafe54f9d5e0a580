namespace Planner.Evaluation;

/// <summary>One pair of axes with what is drawn between them.</summary>
/// <param name="Title">What the panel shows; empty for nothing beside the chart's own title.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The series, in the order of drawing.</param>
public sealed record ChartPanel(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series);
