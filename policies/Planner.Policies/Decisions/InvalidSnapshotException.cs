namespace Planner.Policies;

/// <summary>A snapshot holds an impossible value. The message is one sentence that names the value.</summary>
public sealed class InvalidSnapshotException(string message) : Exception(message);
