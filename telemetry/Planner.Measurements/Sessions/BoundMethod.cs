namespace Planner.Measurements;

/// <summary>How the bound of a blackout was found.</summary>
public enum BoundMethod
{
    /// <summary>Conformal on the scores actual / predicted of past blackouts.</summary>
    Direct,

    /// <summary>The sum of upper bounds of the terms, measured or stated; assumes no independence.</summary>
    Union,

    /// <summary>The distribution of the sum under independence: a model without a finite-sample claim.</summary>
    Independent,
}
