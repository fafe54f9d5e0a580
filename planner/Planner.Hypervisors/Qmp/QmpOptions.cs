namespace Planner.Hypervisors;

/// <summary>How a client speaks to a monitor. All limits are above 0.</summary>
public sealed record QmpOptions
{
    /// <summary>The time limit for each of the connection, the greeting and the negotiation.</summary>
    public TimeSpan OpenTimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest message from QEMU, in bytes. The longest answers of QEMU, its schema among them, stay below 1 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>The longest message of an event, in bytes. With <see cref="MaxWaitingEvents"/> it bounds the memory that events take.</summary>
    public int MaxEventBytes { get; init; } = 64 << 10;

    /// <summary>How deep messages may be nested.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>How many events may wait to be taken. If one more comes, the connection ends.</summary>
    public int MaxWaitingEvents { get; init; } = 1024;

    /// <summary>How many commands may wait to be sent. QEMU takes no more while it is busy; one more command waits in its caller.</summary>
    public int MaxWaitingCommands { get; init; } = 64;

    /// <summary>Whether anybody takes the events. If not, they are dropped, and none can flood the connection.</summary>
    public bool TakesEvents { get; init; } = true;

    /// <summary>Whether commands out of band are switched on where QEMU offers them.</summary>
    public bool UsesOutOfBand { get; init; }
}
