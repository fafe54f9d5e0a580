namespace Planner.Devices;

/// <summary>The flags word of a device feature request: the number in bits 0 to 15, and what is asked.</summary>
[Flags]
public enum DeviceFeatureFlags : uint
{
    /// <summary>Nothing asked.</summary>
    None = 0,

    /// <summary>The bits that hold the feature number.</summary>
    IndexMask = 0xffff,

    /// <summary>Reads the feature.</summary>
    Get = 1 << 16,

    /// <summary>Sets the feature. GET and SET exclude each other except with PROBE.</summary>
    Set = 1 << 17,

    /// <summary>Asks only whether the methods named beside it all exist.</summary>
    Probe = 1 << 18,
}
