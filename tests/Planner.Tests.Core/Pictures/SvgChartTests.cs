using System.Globalization;
using System.Xml.Linq;
using Planner.Evaluation;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Pictures;

public sealed class SvgChartTests
{
    private static readonly ChartAxis X = new("time, s", AxisScale.Linear, 0, 10);
    private static readonly ChartAxis Y = new("share, %", AxisScale.Log, 0.1, 100);

    [Fact]
    public void A_chart_is_well_formed_whatever_its_names_hold()
    {
        var chart = Draw([new ChartSeries("a < b & \"c\"", 0, ChartMark.Circle, [new(5, 1)])]);

        Assert.Contains(chart.Descendants(), e => e.Value == "a < b & \"c\"");
        Assert.Contains("sans-serif", chart.Root!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_values_give_the_same_bytes()
    {
        string Write() => SvgChart.Write("t", [new ChartPanel("p", X, Y, [new ChartSeries("s", 0, ChartMark.Line, [new(1.5, 1.5), new(2.5, 20)])])]);

        Assert.Equal(Write(), Write());
        Assert.DoesNotContain('\r', Write());
    }

    [Fact]
    public void Larger_values_are_further_up_and_further_right()
    {
        var circles = Draw([new ChartSeries("s", 0, ChartMark.Circle, [new(1, 1), new(9, 10)])]).Descendants().Where(e => e.Name.LocalName == "circle").Take(2).ToList();

        Assert.True(Number(circles[0], "cx") < Number(circles[1], "cx"));
        Assert.True(Number(circles[0], "cy") > Number(circles[1], "cy"));
    }

    [Fact]
    public void A_share_of_nothing_stands_hollow_at_the_beginning_of_a_logarithmic_axis()
    {
        var circles = Draw([new ChartSeries("s", 0, ChartMark.Circle, [new(1, 0), new(2, 0.1)])]).Descendants().Where(e => e.Name.LocalName == "circle").Take(2).ToList();

        Assert.Equal("none", circles[0].Attribute("fill")!.Value);
        Assert.NotEqual("none", circles[1].Attribute("fill")!.Value);
        Assert.Equal(Number(circles[0], "cy"), Number(circles[1], "cy"));
    }

    [Fact]
    public void A_series_in_two_panels_has_one_line_in_the_legend()
    {
        var series = new ChartSeries("both", 0, ChartMark.Square, [new(1, 1)]);
        var chart = XDocument.Parse(SvgChart.Write("t", [new ChartPanel("one", X, Y, [series]), new ChartPanel("two", X, Y, [series])]));

        Assert.Single(chart.Descendants(), e => e.Name.LocalName == "text" && e.Value == "both");
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(-3, 17)]
    [InlineData(0.001, 0.0042)]
    [InlineData(5, 5)]
    [InlineData(1e5, 3e6)]
    public void An_axis_has_a_few_round_numbers_and_room_for_its_values(double low, double high)
    {
        var axis = ChartAxis.Around("a", [low, high, double.NaN], fromZero: false);

        Assert.InRange(axis.Ticks().Count(), 3, 9);
        Assert.True(axis.Minimum <= low && axis.Maximum >= high);
        Assert.InRange(axis.Position(high), axis.Position(low), 1);
    }

    [Fact]
    public void A_logarithmic_axis_counts_decades() => Assert.Equal(["0.1", "1", "10", "100"], Y.Ticks().Select(ChartAxis.Text));

    [Fact]
    public void Every_predicted_blackout_is_a_mark()
    {
        var chart = XDocument.Parse(EvaluationPictures.PredictedActual(StopMomentEvaluation.Evaluate(QemuFixtures.All)));

        // One more a configuration stands in the legend.
        Assert.Equal(20 + 4, chart.Descendants().Count(e => e.Name.LocalName == "circle"));
    }

    [Fact]
    public void A_picture_of_nothing_is_still_a_picture()
    {
        Assert.NotNull(XDocument.Parse(EvaluationPictures.PredictedActual(StopMomentEvaluation.Evaluate([]))).Root);
        Assert.NotNull(XDocument.Parse(EvaluationPictures.Rules("none", [])).Root);
        Assert.NotNull(XDocument.Parse(EvaluationPictures.Coverage([new LatencySeries("short", [1, 2, 3], [])], 0.99)).Root);
    }

    private static XDocument Draw(IReadOnlyList<ChartSeries> series) => XDocument.Parse(SvgChart.Write("title", [new ChartPanel("panel", X, Y, series)]));

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
