namespace Planner.Measurements;

/// <summary>The guest stopped.</summary>
public sealed record GuestStopped : HypervisorEvent;
