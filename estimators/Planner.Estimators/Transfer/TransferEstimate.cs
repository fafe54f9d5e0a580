namespace Planner.Estimators;

/// <summary>How long a transfer in the stop phase should take.</summary>
/// <param name="Seconds">The median, in seconds; NaN if nothing is known.</param>
/// <param name="Source">What it rests on.</param>
/// <param name="Samples">The stop phases behind it.</param>
/// <param name="Reason">One sentence that says what the estimate rests on, and how far.</param>
public sealed record TransferEstimate(double Seconds, TransferSource Source, int Samples, string Reason);
