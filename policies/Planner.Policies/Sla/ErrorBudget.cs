namespace Planner.Policies;

/// <summary>Blackout time that may be spent per machine within a sliding period.</summary>
/// <param name="Blackout">The time that may be spent; above zero.</param>
/// <param name="Per">The period; above zero.</param>
public sealed record ErrorBudget(TimeSpan Blackout, TimeSpan Per)
{
    /// <summary>What is left after some has been spent; never below zero.</summary>
    public TimeSpan Remaining(TimeSpan spent) => spent >= Blackout ? TimeSpan.Zero : Blackout - spent;
}
