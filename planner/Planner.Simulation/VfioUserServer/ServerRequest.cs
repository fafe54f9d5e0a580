namespace Planner.Simulation;

/// <summary>What came of waiting for a request.</summary>
internal enum ServerRequest
{
    /// <summary>A whole request.</summary>
    Whole,

    /// <summary>A header, and less than the body that it announces: EINVAL.</summary>
    Short,

    /// <summary>A header that announces an impossible size: EINVAL, and nothing after it makes sense.</summary>
    Impossible,

    /// <summary>Nothing within the time.</summary>
    Nothing,

    /// <summary>The client is gone.</summary>
    End,
}
