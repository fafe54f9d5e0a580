namespace Planner.Policies;

/// <summary>The planner's own switchover rules by name.</summary>
public static class PlannerRules
{
    /// <summary>The names, in the order in which reports list them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["earliest", "calmest"];

    /// <summary>Makes a rule for one migration.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="moments">What is known before the migration.</param>
    /// <param name="withinSeconds">The time in which the migration must be over, in seconds; infinity for no limit.</param>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public static IPlannerRule Create(string name, RuleMoments moments, double withinSeconds) => name switch
    {
        "earliest" => new EarliestRule(moments),
        "calmest" => new CalmestRule(moments, withinSeconds),
        _ => throw new ArgumentException($"there is no rule '{name}'; known are {string.Join(", ", Names)}", nameof(name)),
    };
}
