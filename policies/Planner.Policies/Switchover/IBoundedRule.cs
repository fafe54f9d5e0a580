namespace Planner.Policies;

/// <summary>A switchover rule that states a bound of the blackout, so that its coverage can be counted.</summary>
public interface IBoundedRule : ISwitchoverRule
{
    /// <summary>The bound of the blackout at the moment that was considered last, in seconds; NaN if the evidence supported none.</summary>
    double BoundSeconds { get; }
}
