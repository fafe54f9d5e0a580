namespace Planner.Estimators;

/// <summary>Where the fixed part of a transfer was learned from.</summary>
public enum FixedPartSource
{
    /// <summary>The stop phases hardly differ in bytes and none was nearly empty: the fixed part cannot be told from the rest and is taken as 0.</summary>
    Unknown,

    /// <summary>The intercept of a line through stop phases of different sizes.</summary>
    Line,

    /// <summary>Stop phases that carried next to nothing.</summary>
    EmptyStopPhases,
}

/// <summary>How long a transfer in the stop phase should take.</summary>
/// <param name="Seconds">The median, in seconds; NaN if nothing is known.</param>
/// <param name="Source">What it rests on.</param>
/// <param name="Samples">The stop phases behind it.</param>
/// <param name="Reason">One sentence that says what the estimate rests on, and how far.</param>
public sealed record TransferEstimate(double Seconds, TransferSource Source, int Samples, string Reason);

/// <summary>What an estimate of the stop phase's transfer rests on.</summary>
public enum TransferSource
{
    /// <summary>Nothing is known of the link.</summary>
    Nothing,

    /// <summary>The rate of pre-copy stands in: no stop phase of this link has been seen yet.</summary>
    PreCopyRate,

    /// <summary>Past stop phases of this link.</summary>
    StopPhases,
}
