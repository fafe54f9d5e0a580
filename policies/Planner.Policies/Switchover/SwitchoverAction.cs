namespace Planner.Policies;

/// <summary>What a switchover rule wants at a moment.</summary>
public enum SwitchoverAction
{
    /// <summary>Pre-copy goes on.</summary>
    Wait,

    /// <summary>The guest is stopped now.</summary>
    Commit,

    /// <summary>The migration is given up; the guest runs on at the source.</summary>
    Abort,
}
