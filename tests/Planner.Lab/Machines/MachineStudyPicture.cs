using Planner.Evaluation;
using Planner.KernelTests;

namespace Planner.Lab;

/// <summary>A study of machines as a picture: what was dark for how long under which limit, and how the planner's words agree with that.</summary>
internal static class MachineStudyPicture
{
    private const double LeastMilliseconds = 20, SmallMark = 0.7;

    /// <summary>The picture as SVG. Machines that stayed have no mark.</summary>
    public static string Of(IReadOnlyList<StudyResult> results)
    {
        List<StudyResult> done = [.. results.Where(r => r.Committed)];
        List<StudyResult> planner = [.. done.Where(r => r.Rule == "planner")];
        var most = done.SelectMany(r => new[] { r.TruthSeconds!.Value, r.LimitSeconds, r.BoundSeconds ?? 0, r.ReportedSeconds ?? 0 }).DefaultIfEmpty(1).Max() * 1e3;
        ChartAxis Axis(string label) => new(label, AxisScale.Log, LeastMilliseconds, Math.Max(1000, most * 1.1));
        return SvgChart.Write(
            "Migrations of machines with VFIO devices",
            [
                UnderLimit("QEMU alone", [.. done.Where(r => r.Rule == "qemu")], Axis),
                UnderLimit("the planner", planner, Axis),
                AgainstTruth("reported by the planner", planner, r => r.ReportedSeconds, Axis("reported blackout, ms"), Axis("blackout, ms")),
                AgainstTruth("foretold by the planner", planner, r => r.BoundSeconds, Axis("bound at 90 %, ms"), Axis("blackout, ms")),
            ]);
    }

    private static ChartPanel UnderLimit(string title, IReadOnlyList<StudyResult> results, Func<string, ChartAxis> axis)
    {
        var (x, y) = (axis("limit, ms"), axis("blackout, ms"));
        return new ChartPanel(title, x, y, [Diagonal("limit", x), .. ByKind(results, r => new(r.LimitSeconds * 1e3, r.TruthSeconds!.Value * 1e3))]);
    }

    private static ChartPanel AgainstTruth(string title, IReadOnlyList<StudyResult> results, Func<StudyResult, double?> said, ChartAxis y, ChartAxis x) =>
        new(title, x, y, [Diagonal("as it was", x), .. ByKind([.. results.Where(r => said(r) is not null)], r => new(r.TruthSeconds!.Value * 1e3, said(r)!.Value * 1e3))]);

    private static ChartSeries Diagonal(string name, ChartAxis axis) => new(name, -1, ChartMark.DashedLine, [new(axis.Minimum, axis.Minimum), new(axis.Maximum, axis.Maximum)]);

    private static IEnumerable<ChartSeries> ByKind(IReadOnlyList<StudyResult> results, Func<StudyResult, ChartPoint> point) =>
    [
        new ChartSeries("fits", 0, ChartMark.Circle, [.. results.Where(r => r.Fits).Select(point)], SmallMark),
        new ChartSeries("does not fit", 1, ChartMark.Triangle, [.. results.Where(r => !r.Fits).Select(point)], SmallMark),
    ];
}
