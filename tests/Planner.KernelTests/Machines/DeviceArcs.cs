using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>How long the arcs of a switchover take on a device and on the one that takes its place, in milliseconds.</summary>
internal readonly record struct DeviceArcs(double ToPreCopyP2P, double ToStopCopy, double FromResuming, double ToRunningP2P, double ToRunning)
{
    /// <summary>All of them, which a blackout has at least.</summary>
    public double Sum => ToPreCopyP2P + ToStopCopy + FromResuming + ToRunningP2P + ToRunning;

    /// <summary>Tells the devices. After their QEMUs have started: these walk some of the arcs then.</summary>
    public void Set(LabKnobs source, LabKnobs destination)
    {
        source.Latency(PreCopy, PreCopyP2P, ToPreCopyP2P);
        source.Latency(PreCopyP2P, StopCopy, ToStopCopy);
        destination.Latency(Resuming, Stop, FromResuming);
        destination.Latency(Stop, RunningP2P, ToRunningP2P);
        destination.Latency(RunningP2P, Running, ToRunning);
    }
}
