using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the engine knows of one side.</summary>
public sealed record HypervisorSide
{
    /// <summary>The latest report; null if it has not answered since it was asked.</summary>
    public HypervisorReport? Report { get; init; }

    /// <summary>Whether it was asked for a report and has not answered.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Why the latest report failed; null if it did not.</summary>
    public string? Trouble { get; init; }

    /// <summary>The kind of that trouble.</summary>
    public HypervisorFault Fault { get; init; }

    /// <summary>Whether its process has ended: nothing is at its address any more.</summary>
    public bool IsGone => Trouble is not null && Fault == HypervisorFault.NotFound;

    /// <summary>Whether its settings were changed, so that they have to be put back.</summary>
    public bool WasPrepared { get; init; }

    /// <summary>What is known of its host's clock.</summary>
    internal HostClock Clock { get; init; } = new();

    /// <summary>Whether its settings are being put back.</summary>
    public bool IsRestoring { get; init; }
}
