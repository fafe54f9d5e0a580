namespace Planner.Evaluation;

/// <summary>A bar of a <see cref="GanttChart"/>.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Colour">Which of the colours, from 0.</param>
/// <param name="Label">What stands in it where there is room.</param>
/// <param name="Text">What it says to whom points at it or has it read out.</param>
internal sealed record GanttBar(double From, double To, int Colour, string Label, string Text);
