namespace Planner.Engine;

/// <summary>A machine lacks what a migration needs. Nothing was touched. The message is one sentence that names the device.</summary>
public sealed class PlanRefusedException(string message) : Exception(message);
