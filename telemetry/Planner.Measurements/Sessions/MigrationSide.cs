namespace Planner.Measurements;

/// <summary>The side of a migration.</summary>
public enum MigrationSide
{
    /// <summary>Where the machine comes from.</summary>
    Source,

    /// <summary>Where it goes.</summary>
    Destination,
}
