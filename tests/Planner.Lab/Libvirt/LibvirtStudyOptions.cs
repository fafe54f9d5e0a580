namespace Planner.Lab;

/// <summary>What a comparison with libvirt alone runs.</summary>
public sealed record LibvirtStudyOptions
{
    /// <summary>The planner's command, as it was built.</summary>
    public required string Planner { get; init; }

    /// <summary>The cells.</summary>
    public required IReadOnlyList<ComparisonCell> Cells { get; init; }

    /// <summary>Migrations a cell and rule; at least 1.</summary>
    public int Runs { get; init; } = 20;

    /// <summary>Migrations of the planner that come first in each cell, for evidence; at least 0.</summary>
    public int Evidence { get; init; } = 12;

    /// <summary>The blackout limit.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The planner's switchover rule.</summary>
    public string Rule { get; init; } = "calmest";

    /// <summary>Where results and evidence are kept.</summary>
    public required string Folder { get; init; }
}
