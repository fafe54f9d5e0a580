namespace Planner.Simulation;

/// <summary>What a simulated device is told beside its profile.</summary>
public sealed record SimulatedDeviceOptions
{
    /// <summary>Decides every draw: two devices with the same profile, seed and commands do the same.</summary>
    public ulong Seed { get; init; }

    /// <summary>What the device's own estimates are multiplied by; 1 is honest, above 0. A device that lies promises what it cannot keep.</summary>
    public double EstimateFactor { get; init; } = 1;

    /// <summary>Whether the stream starts again from the beginning when STOP_COPY is entered from PRE_COPY, as that of libvfio-user's
    /// samples does. Otherwise it goes on, as the kernel's does.</summary>
    public bool RestartsStreamAtStopCopy { get; init; }

    /// <summary>How long after a stream is started, or STOP_COPY is entered, the first byte can be read.</summary>
    public TimeSpan TimeToFirstByte { get; init; }
}
