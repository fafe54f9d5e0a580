namespace Planner.Lab;

/// <summary>How a pair of machines is set up.</summary>
public sealed record PairOptions
{
    /// <summary>The source.</summary>
    public QemuOptions Source { get; init; } = new();

    /// <summary>Destinations; null for the same as the source.</summary>
    public QemuOptions? Destination { get; init; }

    /// <summary>The rate of the link between them.</summary>
    public LinkRate Link { get; init; } = LinkRate.Steady(50);
}
