using System.Text;
using Planner.Documents;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Recordings;

public sealed class ArcRecordingReaderTests
{
    [Fact]
    public void Each_arc_of_each_class_is_a_series()
    {
        var series = Read(
            Line(1, "mlx5", "RUNNING", "STOP", 0.1) + Line(2, "xe", "RUNNING", "STOP", 0.5)
            + Line(3, "mlx5", "RUNNING", "STOP", 0.2) + Line(4, "mlx5", "RUNNING", "STOP", 9, "EIO") + QemuFixtures.Reply(5));

        Assert.Equal(["mlx5 RUNNING->STOP", "xe RUNNING->STOP"], series.Select(s => s.Name));
        Assert.Equal([0.1, 0.2], series[0].Seconds);
        Assert.Equal(2, LatencySeriesEvaluation.Evaluate(series[0].Name, series[0].Seconds, 0.99).Samples);
    }

    [Theory]
    [InlineData("{\"t\":1,\"from\":\"RUNNING\",\"to\":\"STOP\"}\n", "the arc lacks \"class\"")]
    [InlineData("{\"t\":1,\"class\":\"x\",\"from\":\"RUNNING\",\"seconds\":1,\"outcome\":\"ok\"}\n", "the arc lacks \"to\"")]
    [InlineData("{\"t\":1,\"class\":\"x\",\"from\":\"RUNNING\",\"to\":\"STOP\",\"outcome\":\"ok\"}\n", "the arc lacks \"seconds\"")]
    [InlineData("{\"t\":1,\"class\":\"x\",\"seconds\":1,\"outcome\":\"ok\",\"from\":\"HERE\",\"to\":\"STOP\"}\n", "must be device states")]
    [InlineData("", "there is no completed arc")]
    public void What_is_no_arc_is_an_error(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<DocumentException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_latency_that_cannot_be_is_passed_over() =>
        Assert.Equal([0.1, 0.2], Assert.Single(Read(Line(1, "x", "RUNNING", "STOP", 0.1) + Line(2, "x", "RUNNING", "STOP", -1) + Line(3, "x", "RUNNING", "STOP", 0.2))).Seconds);

    private static IReadOnlyList<LatencySeries> Read(string text) =>
        ArcRecordingReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "/data/arcs.jsonl");

    private static string Line(double t, string deviceClass, string from, string to, double seconds, string outcome = "ok") =>
        $$"""{"t":{{t}},"device":"nic0","class":"{{deviceClass}}","from":"{{from}}","to":"{{to}}","seconds":{{seconds}},"outcome":"{{outcome}}"}""" + "\n";
}
