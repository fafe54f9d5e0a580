namespace Planner.Estimators;

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
