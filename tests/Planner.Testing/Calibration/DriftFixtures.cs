using Planner.Evaluation;

namespace Planner.Tests.Calibration;

/// <summary>The recorded latency series that are in the checkout.</summary>
internal static class DriftFixtures
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "fixtures", "latency-drift");

    public static IReadOnlyList<LatencySeries> All { get; } =
        [.. Directory.GetFiles(Folder, "*.csv.gz").Order(StringComparer.Ordinal).Select(LatencySeriesReader.ReadFile)];
}
