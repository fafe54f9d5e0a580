namespace Planner.Measurements;

/// <summary>A gate was evaluated.</summary>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Method">The method of the bound; null if there is none.</param>
/// <param name="P50">The median of the predicted blackout; null if not known.</param>
/// <param name="Bound">The bound; null if the evidence supports none.</param>
/// <param name="Limit">The limit it was held against.</param>
/// <param name="Reason">One sentence.</param>
public sealed record Decided(int Gate, Verdict Verdict, BoundMethod? Method, TimeSpan? P50, TimeSpan? Bound, TimeSpan Limit, string Reason) : SessionNotice;
