namespace Planner.Measurements;

/// <summary>
/// The states of a device under VFIO migration protocol v2, with the numbers of
/// <c>enum vfio_device_mig_state</c> in <c>linux/vfio.h</c>. The same numbers travel in vfio-user.
/// </summary>
/// <remarks><c>default</c> is <see cref="Error"/>.</remarks>
public enum DeviceState
{
    /// <summary>The device has failed; only a reset leads out.</summary>
    Error = 0,

    /// <summary>The device does not run and its state does not change.</summary>
    Stop = 1,

    /// <summary>The device works normally. A device opens in this state.</summary>
    Running = 2,

    /// <summary>The device is stopped and its state can be read from the stream.</summary>
    StopCopy = 3,

    /// <summary>The device is stopped and takes a state from the stream.</summary>
    Resuming = 4,

    /// <summary>The device runs but starts no transaction with other devices.</summary>
    RunningP2P = 5,

    /// <summary>The device works normally and its state can already be read.</summary>
    PreCopy = 6,

    /// <summary><see cref="PreCopy"/> without transactions started towards other devices.</summary>
    PreCopyP2P = 7,
}
