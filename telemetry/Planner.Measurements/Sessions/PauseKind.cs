namespace Planner.Measurements;

/// <summary>What became of a pause of the guest.</summary>
public enum PauseKind
{
    /// <summary>The devices were quiesced, and the machine went on before the commit point.</summary>
    VainQuiesce,

    /// <summary>The switchover failed past the commit point, and was unwound or is for a person to end.</summary>
    FailedCommit,

    /// <summary>The switchover came to its end.</summary>
    Blackout,
}
