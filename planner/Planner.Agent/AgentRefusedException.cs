namespace Planner.Agent;

/// <summary>An agent cannot work as it was told to: the message is one sentence that says what to do.</summary>
public sealed class AgentRefusedException(string message) : Exception(message);
