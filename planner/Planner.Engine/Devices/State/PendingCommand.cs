namespace Planner.Engine;

/// <summary>What a device has been told and has not answered yet.</summary>
public enum PendingCommand
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its state was asked for.</summary>
    Query,

    /// <summary>An arc is under way.</summary>
    Arc,

    /// <summary>A reset is under way.</summary>
    Reset,
}
