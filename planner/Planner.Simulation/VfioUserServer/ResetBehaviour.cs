namespace Planner.Simulation;

/// <summary>What DEVICE_RESET does to the migration state; servers differ.</summary>
public enum ResetBehaviour
{
    /// <summary>It leads to RUNNING from every state, ERROR included: the specification.</summary>
    Specification,

    /// <summary>It leads to RUNNING, and is EINVAL in STOP and STOP_COPY: libvfio-user up to 7e7a0a6.</summary>
    SetsRunning,

    /// <summary>It empties the device and leaves the migration state alone, and is EINVAL in STOP and STOP_COPY: libvfio-user since 4f4fce4.</summary>
    KeepsState,
}
