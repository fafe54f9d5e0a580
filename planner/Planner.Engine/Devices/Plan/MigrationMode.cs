namespace Planner.Engine;

/// <summary>What a session does with its verdicts.</summary>
public enum MigrationMode
{
    /// <summary>Verdicts are carried out.</summary>
    Active,

    /// <summary>Everything up to gate 1 is done and reported, and nothing is committed.</summary>
    Shadow,

    /// <summary>Commits whatever the gates say, with no promise at stake, to gather evidence.</summary>
    Rehearsal,
}
