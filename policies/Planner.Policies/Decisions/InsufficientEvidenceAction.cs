namespace Planner.Policies;

/// <summary>What an SLA class asks for while the evidence supports no bound.</summary>
public enum InsufficientEvidenceAction
{
    /// <summary>Stay RUNNING.</summary>
    Stay,

    /// <summary>Decide on the worst cases that the profiles state.</summary>
    WorstCase,

    /// <summary>Decide on the model's quantile, which has no finite-sample claim.</summary>
    Accept,
}
