namespace Planner.Evaluation;

/// <summary>How the points of a series are drawn.</summary>
public enum ChartMark
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
