namespace Planner.Policies;

/// <summary>Whether verdicts are carried out.</summary>
public enum SlaMode
{
    /// <summary>Verdicts are carried out.</summary>
    Active,

    /// <summary>Verdicts are reported; nothing is committed.</summary>
    Shadow,
}
