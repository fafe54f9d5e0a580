using Planner.Estimators;

namespace Planner.Evidence;

/// <summary>What is known of the stop phases over one link. Immutable.</summary>
public sealed record LinkEvidence
{
    /// <summary>What did not grow with the bytes, in seconds.</summary>
    public Samples FixedSeconds { get; init; } = Samples.None;

    /// <summary>The mean rate of the rest, in bytes per second.</summary>
    public Samples BytesPerSecond { get; init; } = Samples.None;

    /// <summary>Its inverse, in seconds per byte; also of what took no time.</summary>
    public Samples SecondsPerByte { get; init; } = Samples.None;

    /// <summary>Where the rate of pre-copy is known: what the stop phase took beyond what pre-copy would have taken for its bytes, in seconds. Where enough
    /// stop phases of different sizes lie on a line, what did not grow with their bytes.</summary>
    public Samples BeyondPreCopySeconds { get; init; } = Samples.None;

    /// <summary>The rate as a multiple of what pre-copy had; none where the stop phases are no line, and are taken to be as fast as pre-copy.</summary>
    public Samples RatesOverPreCopy { get; init; } = Samples.None;

    /// <summary>How long the link stayed good after it had recovered.</summary>
    public IReadOnlyList<LinkAge> Ages { get; init; } = [];
}
