namespace Planner.Lab;

/// <summary>A load and a link under which forecasts are held against what happens.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Load">The guest's command, such as <c>steady 10</c>.</param>
/// <param name="Link">The link's rate in MiB/s.</param>
public sealed record ForecastCell(string Name, string Load, double Link)
{
    /// <summary>The cells of the accuracy study; all with a working set of 128 MiB.</summary>
    public static IReadOnlyList<ForecastCell> All { get; } =
    [
        new("steady 5, link 50", "steady 5", 50),
        new("steady 10, link 50", "steady 10", 50),
        new("steady 20, link 50", "steady 20", 50),
        new("steady 40, link 50", "steady 40", 50),
        new("burst 60 500/500, link 50", "burst 60 500 500", 50),
        new("zipf 20, link 50", "zipf 20 1.0", 50),
        new("random 10, link 50", "random 10", 50),
        new("steady 5, link 20", "steady 5", 20),
        new("steady 10, link 20", "steady 10", 20),
        new("steady 10, link 100", "steady 10", 100),
        new("steady 40, link 100", "steady 40", 100),
        new("zipf 20, link 100", "zipf 20 1.0", 100),
    ];
}
