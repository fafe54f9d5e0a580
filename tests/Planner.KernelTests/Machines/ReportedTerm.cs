namespace Planner.KernelTests;

/// <summary>A part of a blackout as the planner reports it.</summary>
/// <param name="Term">Its name, such as <c>arc PRE_COPY->PRE_COPY_P2P</c>.</param>
/// <param name="Device">The device; empty if it is no device's.</param>
/// <param name="Actual">How long it took; null if unknown.</param>
internal sealed record ReportedTerm(string Term, string Device, TimeSpan? Actual);
