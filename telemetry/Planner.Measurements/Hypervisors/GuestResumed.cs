namespace Planner.Measurements;

/// <summary>The guest runs.</summary>
public sealed record GuestResumed : HypervisorEvent;
