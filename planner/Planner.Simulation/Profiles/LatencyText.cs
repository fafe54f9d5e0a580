using Planner.Documents;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Reads a latency in one of its three forms: <c>{ median, p99, worst }</c>, <c>{ empirical: […] }</c> and
/// <c>{ pareto: { scale, alpha, worst } }</c>, each perhaps with a <c>drift</c>.</summary>
public static class LatencyText
{
    private const int MaximumValues = 100_000;
    private const int MaximumDraws = 1_000_000_000;

    /// <summary>Reads the latency that is the value of a key.</summary>
    /// <exception cref="DocumentException">The latency is not valid; the message has line and column.</exception>
    public static LatencyProfile Read(YamlMap parent, string key)
    {
        var map = parent.Map(key);
        var drift = ReadDrift(map);
        LatencyProfile latency = map.Has("empirical") ? ReadEmpirical(map, drift)
            : map.Has("pareto") ? ReadPareto(map, drift)
            : map.Has("median") ? ReadLogNormal(map, drift)
            : throw parent.Error(key, $"the latency '{key}' needs median and p99, or empirical, or pareto");
        map.Finish("median", "p99", "worst", "empirical", "pareto");
        return latency;
    }

    private static LogNormalLatency ReadLogNormal(YamlMap map, LatencyDrift? drift)
    {
        var median = map.Duration("median");
        var p99 = map.Duration("p99");
        if (p99 < median)
        {
            throw map.Error("p99", $"p99 is {Quantity.Format(p99)}, below the median of {Quantity.Format(median)}");
        }

        return new LogNormalLatency(median, p99, ReadWorst(map, p99, "p99")) { Drift = drift };
    }

    private static ParetoLatency ReadPareto(YamlMap parent, LatencyDrift? drift)
    {
        var map = parent.Map("pareto");
        var scale = map.Duration("scale");
        if (!map.Has("alpha"))
        {
            throw parent.Error("pareto", "the key 'alpha' is missing");
        }

        var alpha = map.Number("alpha", 0, 0.1, 1000);
        var worst = ReadWorst(map, scale, "scale");
        map.Finish();
        return new ParetoLatency(scale, alpha, worst) { Drift = drift };
    }

    private static EmpiricalLatency ReadEmpirical(YamlMap map, LatencyDrift? drift)
    {
        var values = map.List<TimeSpan>("empirical", TryParsePositive, $"a duration above 0 {UnitText.DurationForm}, such as 8ms");
        return values.Count is > 0 and <= MaximumValues
            ? new EmpiricalLatency(values) { Drift = drift }
            : throw map.Error("empirical", $"'empirical' holds {values.Count} values; from 1 to {MaximumValues} are expected");
    }

    private static TimeSpan? ReadWorst(YamlMap map, TimeSpan least, string leastName)
    {
        var worst = map.OptionalDuration("worst");
        return worst is null || worst >= least
            ? worst
            : throw map.Error("worst", $"the worst case is {Quantity.Format(worst.Value)}, below the {leastName} of {Quantity.Format(least)}");
    }

    private static LatencyDrift? ReadDrift(YamlMap parent)
    {
        if (parent.OptionalMap("drift") is not { } map)
        {
            return null;
        }

        var stepTo = ReadFactor(map, "stepTo");
        var after = map.Integer("after", 0, 0, MaximumDraws);
        var rampTo = stepTo;
        var over = 0;
        if (map.OptionalMap("then") is { } then)
        {
            rampTo = ReadFactor(then, "rampTo");
            over = then.Integer("over", 1, 1, MaximumDraws);
            then.Finish();
        }

        map.Finish();
        return new LatencyDrift(stepTo, after, rampTo, over);
    }

    private static double ReadFactor(YamlMap map, string key) =>
        map.Value<double>(key, TryParseFactor, "a factor above 0 and at most 1000x, such as 2.5x,");

    private static bool TryParseFactor(string text, out double factor) => UnitText.TryParseFactor(text, out factor) && factor is > 0 and <= 1000;

    private static bool TryParsePositive(string text, out TimeSpan value) => UnitText.TryParseDuration(text, out value) && value > TimeSpan.Zero;
}
