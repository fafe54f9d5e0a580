namespace Planner.Cli;

/// <summary>The measured latency of an arc. What the samples do not support is null.</summary>
/// <param name="From">The state that is left.</param>
/// <param name="To">The state that is entered.</param>
/// <param name="Samples">How many samples there are.</param>
/// <param name="P50Seconds">The median.</param>
/// <param name="P90BoundSeconds">An upper bound of the 90th percentile at 95 % confidence.</param>
/// <param name="P99BoundSeconds">An upper bound of the 99th percentile at 95 % confidence.</param>
/// <param name="LargestSeconds">The largest seen.</param>
internal sealed record MeasuredArc(string From, string To, int Samples, double P50Seconds, double? P90BoundSeconds, double? P99BoundSeconds, double LargestSeconds);
