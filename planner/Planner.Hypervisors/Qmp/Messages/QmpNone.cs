namespace Planner.Hypervisors;

/// <summary>No arguments, or an answer that says no more than that the command was executed.</summary>
public sealed record QmpNone
{
    /// <summary>The one value.</summary>
    public static QmpNone Value { get; } = new();
}
