namespace Planner.Cli;

/// <summary>What <c>demo</c> prints as JSON.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Stories">The stories.</param>
internal sealed record DemoReport(string Profile, ulong Seed, IReadOnlyList<DemoStoryReport> Stories)
{
    /// <summary>What the object is.</summary>
    public string Kind { get; } = "demo";
}
