namespace Planner.Policies;

/// <summary>The machine's memory at the moment of the decision.</summary>
public sealed record RamEvidence
{
    /// <summary>The bytes that still have to be sent; at least 0.</summary>
    public long? RemainingBytes { get; init; }

    /// <summary>Windows of observation, oldest first.</summary>
    public IReadOnlyList<DirtyWindowEvidence> DirtyWindows { get; init => field = value ?? []; } = [];
}
