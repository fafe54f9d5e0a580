namespace Planner.Policies;

/// <summary>A link that moves share, such as a port or the uplink of a rack. It carries its capacity in each direction at once.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BytesPerSecond">Its capacity in each direction, in bytes per second; above 0.</param>
/// <param name="IsUplink">Whether a move between two hosts that both have it stays below it and does not use it.</param>
public sealed record FleetLink(string Name, double BytesPerSecond, bool IsUplink = false);

/// <summary>A host. What is not stated is not limited.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">The memory for machines, in bytes; above 0.</param>
public sealed record FleetHost(string Name, long MemoryBytes)
{
    /// <summary>The vCPUs that machines may have together; null for no limit.</summary>
    public int? VCpus { get; init; }

    /// <summary>Huge pages, in the unit in which the machines count them; null for no limit.</summary>
    public double? HugePages { get; init; }

    /// <summary>The links that a move from or to this host passes.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>How many machines may leave at a time; 0 for none, null for no limit but that of the links.</summary>
    public int? MaxOutgoing { get; init; }

    /// <summary>How many machines may arrive at a time; 0 for none, null for no limit but that of the links.</summary>
    public int? MaxIncoming { get; init; }

    /// <summary>Slots by kind, those that are in use included.</summary>
    public IReadOnlyDictionary<string, int> Devices { get; init; } = new Dictionary<string, int>();

    /// <summary>Labels of the operator's own.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>A machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host that it runs on.</param>
/// <param name="MemoryBytes">Its memory in bytes; above 0.</param>
public sealed record FleetMachine(string Name, string Host, long MemoryBytes)
{
    /// <summary>Its vCPUs; 0 if not stated.</summary>
    public int VCpus { get; init; }

    /// <summary>Its huge pages; 0 if it has none.</summary>
    public double HugePages { get; init; }

    /// <summary>Its SLA class; null if nothing is promised.</summary>
    public string? Sla { get; init; }

    /// <summary>How it writes its memory; null if that is not known.</summary>
    public DirtyMemory? Dirty { get; init; }

    /// <summary>Its passed-through devices.</summary>
    public IReadOnlyList<FleetDevice> Devices { get; init; } = [];

    /// <summary>Machines with the same word never share a host; null for none.</summary>
    public string? AntiAffinity { get; init; }

    /// <summary>The host that it has to go to; null if the plan may choose.</summary>
    public string? To { get; init; }
}

/// <summary>A passed-through device of a machine.</summary>
/// <param name="Profile">The profile that says how it migrates; null if that is not known.</param>
/// <param name="Needs">The kind of slot that it takes on its host; null for none.</param>
public sealed record FleetDevice(string? Profile, string? Needs);

/// <summary>Memory that is rewritten at random: D(t) = W (1 - exp(-t / tau)) different bytes in a window t.</summary>
/// <param name="WorkingSetBytes">W in bytes; at least 0.</param>
/// <param name="TimeConstantSeconds">tau in seconds; above 0.</param>
public sealed record DirtyMemory(long WorkingSetBytes, double TimeConstantSeconds);

/// <summary>A move of the past.</summary>
/// <param name="MemoryBytes">The machine's memory in bytes; above 0.</param>
/// <param name="BytesPerSecond">The bandwidth that the move had, in bytes per second; above 0.</param>
/// <param name="Seconds">How long it took; above 0.</param>
public sealed record PastMove(long MemoryBytes, double BytesPerSecond, double Seconds);
