namespace Planner.Simulation;

/// <summary>The time of a simulated device, and how it lets time pass.</summary>
public interface IDeviceClock
{
    /// <summary>Monotonic time in nanoseconds: CLOCK_MONOTONIC of this host, or virtual time.</summary>
    long NowNanoseconds { get; }

    /// <summary>Returns at a moment, or at once if it has passed.</summary>
    /// <param name="nanoseconds">The moment, on the scale of <see cref="NowNanoseconds"/>.</param>
    void WaitUntil(long nanoseconds);
}
