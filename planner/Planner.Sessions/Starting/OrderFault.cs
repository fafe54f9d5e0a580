namespace Planner.Sessions;

/// <summary>Why a migration is not begun.</summary>
public enum OrderFault
{
    /// <summary>What was asked for cannot be.</summary>
    InvalidInput,

    /// <summary>It could be done at another time: the machine stays RUNNING.</summary>
    Stayed,

    /// <summary>A target lacks what is needed.</summary>
    TargetLacks,
}
