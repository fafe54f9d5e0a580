namespace Planner.Measurements;

/// <summary>Rules and names of <see cref="MigrationCapabilities"/>.</summary>
public static class MigrationCapabilitySets
{
    private const MigrationCapabilities Known =
        MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    /// <summary>The four sets that the uAPI defines, smallest first.</summary>
    public static IReadOnlyList<MigrationCapabilities> All { get; } =
    [
        MigrationCapabilities.StopCopy,
        MigrationCapabilities.StopCopy | MigrationCapabilities.P2P,
        MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy,
        Known,
    ];

    /// <summary>Takes the flags that a device reported; bits that are not defined are ignored, as the uAPI asks.</summary>
    public static MigrationCapabilities FromFlags(ulong flags) => (MigrationCapabilities)flags & Known;

    /// <summary>Whether the device can be migrated at all: the STOP_COPY bit is set.</summary>
    public static bool CanMigrate(this MigrationCapabilities capabilities) => capabilities.Has(MigrationCapabilities.StopCopy);

    /// <summary>Whether every flag of <paramref name="flag"/> is set.</summary>
    public static bool Has(this MigrationCapabilities capabilities, MigrationCapabilities flag) => (capabilities & flag) == flag;

    /// <summary>The names of the uAPI, such as <c>[STOP_COPY, P2P]</c>.</summary>
    public static IReadOnlyList<string> Names(this MigrationCapabilities capabilities)
    {
        var names = new List<string>(3);
        if (capabilities.Has(MigrationCapabilities.StopCopy))
        {
            names.Add("STOP_COPY");
        }

        if (capabilities.Has(MigrationCapabilities.P2P))
        {
            names.Add("P2P");
        }

        if (capabilities.Has(MigrationCapabilities.PreCopy))
        {
            names.Add("PRE_COPY");
        }

        return names;
    }

    /// <summary>Reads one name of the uAPI; case matters.</summary>
    /// <returns>False if <paramref name="name"/> names no capability.</returns>
    public static bool TryParse(string name, out MigrationCapabilities capability)
    {
        capability = name switch
        {
            "STOP_COPY" => MigrationCapabilities.StopCopy,
            "P2P" => MigrationCapabilities.P2P,
            "PRE_COPY" => MigrationCapabilities.PreCopy,
            _ => MigrationCapabilities.None,
        };
        return capability != MigrationCapabilities.None;
    }
}
