namespace Planner.Fleet;

/// <summary>What is expected of a move at a bandwidth.</summary>
/// <param name="BytesPerSecond">The bandwidth.</param>
/// <param name="P50Seconds">The middle of its duration.</param>
/// <param name="Spread">How far the duration may lie from it.</param>
/// <param name="Blackout">How long the machine stands.</param>
/// <param name="Fits">Whether the machine's SLA class allows it.</param>
internal sealed record MoveForecast(double BytesPerSecond, double P50Seconds, DurationSpread Spread, BlackoutForecast Blackout, bool Fits)
{
    /// <summary>What 19 of 20 such moves stay below.</summary>
    public double P95Seconds => P50Seconds * Spread.P95Factor;
}
