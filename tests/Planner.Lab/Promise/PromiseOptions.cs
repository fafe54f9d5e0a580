namespace Planner.Lab;

/// <summary>What a study of the promise runs.</summary>
public sealed record PromiseOptions
{
    /// <summary>The command, as it was built: <c>planner.dll</c>, or a program compiled ahead of time.</summary>
    public required string Planner { get; init; }

    /// <summary>How many migrations; from half way other work runs beside them.</summary>
    public required int Runs { get; init; }

    /// <summary>How many switchovers are rehearsed before.</summary>
    public required int Rehearsals { get; init; }

    /// <summary>The share of migrations that must keep the bound; in (0, 1).</summary>
    public required double Confidence { get; init; }

    /// <summary>The blackout limit.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>How many processes are busy in the second half.</summary>
    public required int Busy { get; init; }

    /// <summary>Where results and evidence are kept.</summary>
    public required string Folder { get; init; }
}
