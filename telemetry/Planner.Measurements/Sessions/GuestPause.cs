namespace Planner.Measurements;

/// <summary>How long a guest did not run, as exactly as that is known.</summary>
/// <param name="Length">The length; at least 0.</param>
/// <param name="Uncertainty">How much shorter or longer it may have been; at least 0.</param>
/// <param name="Basis">What it was counted from, in words.</param>
public sealed record GuestPause(TimeSpan Length, TimeSpan Uncertainty, string Basis)
{
    /// <summary>The longest that it may have been: what counts against a promise.</summary>
    public TimeSpan AtMost => Length + Uncertainty;
}
