namespace Planner.Measurements;

/// <summary>The answer to a command that changes the state of a device.</summary>
/// <param name="Outcome">How the command ended.</param>
/// <param name="State">The state of the device afterwards, where it is known; null asks for a GET.</param>
/// <param name="Errno">The error number of a failure; <see cref="Errno.None"/> when there was none or none was named.</param>
/// <param name="Took">The time that the command took, as seen by the caller.</param>
public readonly record struct ArcResult(ArcOutcome Outcome, DeviceState? State, Errno Errno, TimeSpan Took)
{
    /// <summary>Whether the device is in the state that was asked for.</summary>
    public bool Reached => Outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate;
}
