namespace Planner.Evaluation;

/// <summary>Where the blackout of a replayed commit is known from.</summary>
public enum BlackoutSource
{
    /// <summary>The stop phase that the recording itself holds.</summary>
    Measured,

    /// <summary>Stop phases of other recordings of the link.</summary>
    OtherStopPhases,

    /// <summary>The rate of the recording's own pre-copy, which a stop phase often exceeds.</summary>
    PreCopyRate,

    /// <summary>What the model predicted.</summary>
    Predicted,
}
