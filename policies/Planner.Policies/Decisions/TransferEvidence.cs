namespace Planner.Policies;

/// <summary>Past transfers of the stop phase over this link.</summary>
public sealed record TransferEvidence
{
    /// <summary>The part that does not grow with the bytes, in seconds, oldest first; each at least 0.</summary>
    public IReadOnlyList<double> FixedSeconds { get; init => field = value ?? []; } = [];

    /// <summary>The mean rate of each transfer, in bytes per second, oldest first; each above 0.</summary>
    public IReadOnlyList<double> BytesPerSecond { get; init => field = value ?? []; } = [];
}
