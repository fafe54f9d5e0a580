namespace Planner.Engine;

/// <summary>What the stream of a device is doing.</summary>
public enum StreamActivity
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>A survey is under way.</summary>
    Surveying,

    /// <summary>The stream of the stop phase is under way.</summary>
    Moving,

    /// <summary>The stream of the stop phase was loaded.</summary>
    Loaded,

    /// <summary>It ended early.</summary>
    Broken,
}
