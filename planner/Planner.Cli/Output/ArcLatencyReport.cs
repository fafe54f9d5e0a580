namespace Planner.Cli;

/// <summary>The worst latency of an arc as the device or its profile states it.</summary>
internal sealed record ArcLatencyReport(string From, string To, double WorstSeconds, string StatedBy);
