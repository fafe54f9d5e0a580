namespace Planner.Evaluation;

/// <summary>How the points of a series are drawn.</summary>
internal enum ChartMark
{
    /// <summary>A line through all of them.</summary>
    Line,

    /// <summary>A broken line through all of them.</summary>
    DashedLine,

    /// <summary>A circle each.</summary>
    Circle,

    /// <summary>A square each.</summary>
    Square,

    /// <summary>A triangle each.</summary>
    Triangle,

    /// <summary>A diamond each.</summary>
    Diamond,
}

/// <summary>One pair of axes with what is drawn between them.</summary>
/// <param name="Title">What the panel shows; empty for nothing beside the chart's own title.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The series, in the order of drawing.</param>
internal sealed record ChartPanel(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series);

/// <summary>A point of a chart.</summary>
/// <param name="X">Along the horizontal axis.</param>
/// <param name="Y">Along the vertical axis.</param>
/// <param name="Low">The lower end of an interval around <paramref name="Y"/>; NaN for none.</param>
/// <param name="High">Its upper end; NaN for none.</param>
internal readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN);

/// <summary>Points that belong together. Series of the same name in several panels share one line of the legend.</summary>
/// <param name="Name">What they are, for the legend.</param>
/// <param name="Colour">Which of the chart's colours, from 0; below 0 for that of the axes.</param>
/// <param name="Mark">How they are drawn.</param>
/// <param name="Points">The points; lines go through them in this order.</param>
/// <param name="Size">How large marks are, against the usual: one in the middle of another is still seen.</param>
internal sealed record ChartSeries(string Name, int Colour, ChartMark Mark, IReadOnlyList<ChartPoint> Points, double Size = 1);
