namespace Planner.Measurements;

/// <summary>The phase a transfer belongs to. The two are kept apart: a cap is often lifted in the stop phase.</summary>
public enum TransferPhase
{
    /// <summary>While the machine runs.</summary>
    PreCopy,

    /// <summary>Inside the blackout.</summary>
    StopCopy,
}
