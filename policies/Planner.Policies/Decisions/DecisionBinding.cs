namespace Planner.Policies;

/// <summary>What the bound of a blackout was held against: the tightest of what is promised.</summary>
internal enum DecisionBinding
{
    /// <summary>The limit of the blackout.</summary>
    Limit,

    /// <summary>What is left of the error budget.</summary>
    ErrorBudget,

    /// <summary>What is left of the time to complete in.</summary>
    CompleteWithin,
}
