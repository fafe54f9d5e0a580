namespace Planner.Measurements;

/// <summary>The kinds of trouble with a device that a caller has to tell apart.</summary>
public enum DeviceFault
{
    /// <summary>There is no device at the address.</summary>
    NotFound,

    /// <summary>The device is there but may not be opened by this user.</summary>
    NoPermission,

    /// <summary>What answers does not speak the protocol, or broke it.</summary>
    Protocol,

    /// <summary>The device cannot be migrated with protocol v2.</summary>
    NoMigration,

    /// <summary>The device lacks what was asked for.</summary>
    NotOffered,

    /// <summary>No answer within the time limit; the device's state is not known.</summary>
    TimedOut,

    /// <summary>The connection ended; the device's state is not known.</summary>
    Disconnected,

    /// <summary>The device answered with an error.</summary>
    Failed,

    /// <summary>Somebody else has the device, or an arc is still under way. What is open stays good: ask again later.</summary>
    Busy,

    /// <summary>The device stated a number that cannot be. It counts as not told; whatever else the device says is used.</summary>
    Unbelievable,
}
