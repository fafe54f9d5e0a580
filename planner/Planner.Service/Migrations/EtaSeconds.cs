namespace Planner.Service;

/// <summary>How long something still takes, in seconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P95">What it takes at most, 19 times of 20.</param>
internal sealed record EtaSeconds(double P50, double P95);
