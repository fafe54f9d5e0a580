namespace Planner.Evidence;

/// <summary>The kinds of moments that have past blackouts of their own (Mondrian conformal prediction, Vovk, Gammerman and Shafer 2005).</summary>
public enum MomentKind
{
    /// <summary>All but those on a busy host, calm and rough ones, and those of which nobody knows.</summary>
    Usual,

    /// <summary>The link was calm.</summary>
    Calm,

    /// <summary>The link was good, but known to break down so soon after it had recovered; or it was broken down.</summary>
    Rough,

    /// <summary>Other work had the host's processors busy.</summary>
    BusyHost,
}
