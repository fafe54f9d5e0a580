namespace Planner.Measurements;

/// <summary>What an operator has set about the rate at which a hypervisor sends a machine; null where nothing is set.</summary>
/// <param name="PreCopyCapBytesPerSecond">The most that pre-copy may send at, which is lifted once the guest stands, in bytes per second; above 0.</param>
/// <param name="StopBytesPerSecond">What the operator says the stop phase sends at, in bytes per second; above 0.</param>
public sealed record LinkFigures(double? PreCopyCapBytesPerSecond, double? StopBytesPerSecond)
{
    // What is counted as sent is a little less than what the cap lets through.
    private const double AtCap = 0.85;

    /// <summary>Nothing is set.</summary>
    public static LinkFigures None { get; } = new(null, null);

    /// <summary>Whether a rate of pre-copy is what the cap makes it, and so says nothing about what the stop phase sends at.</summary>
    public bool IsCapped(double bytesPerSecond) => PreCopyCapBytesPerSecond is { } cap && bytesPerSecond >= AtCap * cap;
}
