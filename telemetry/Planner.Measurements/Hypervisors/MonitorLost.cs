namespace Planner.Measurements;

/// <summary>The connection to the monitor ended. No event follows.</summary>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record MonitorLost(string Reason) : HypervisorEvent;
