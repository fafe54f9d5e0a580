namespace Planner.Measurements;

/// <summary>The guest stopped.</summary>
/// <remarks>A hypervisor with passed-through devices tells this once they have walked their arcs to the end: the guest has stood since before.</remarks>
public sealed record GuestStopped : HypervisorEvent
{
    /// <summary>When the last pass began, by the hypervisor's own clock, since the Unix epoch: the guest ran then. Zero if it does not say.</summary>
    public TimeSpan LastPassAt { get; init; }
}
