namespace Planner.Lab;

/// <summary>What a comparison runs.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The cells.</summary>
    public IReadOnlyList<ComparisonCell> Cells { get; init; } = ComparisonCell.All;

    /// <summary>The rules; names of <see cref="ComparedRule"/>.</summary>
    public IReadOnlyList<string> Rules { get; init; } = ComparedRule.Names;

    /// <summary>Migrations a cell and rule; at least 1.</summary>
    public int Runs { get; init; } = 20;

    /// <summary>Migrations of the planner that come first, for evidence, for each limit and kind of link; at least 0.</summary>
    public int Evidence { get; init; } = 12;

    /// <summary>The version of QEMU.</summary>
    public QemuVersion Qemu { get; init; } = QemuVersion.V10;

    /// <summary>Where results, recordings and the evidence are kept.</summary>
    public required string Folder { get; init; }

    /// <summary>The version in results.</summary>
    public string QemuName => Qemu == QemuVersion.V11 ? "11.1" : "10.0";
}
