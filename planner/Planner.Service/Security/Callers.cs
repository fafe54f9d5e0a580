namespace Planner.Service;

/// <summary>Who calls.</summary>
/// <param name="Name">The name, for the audit and the ledger.</param>
/// <param name="Scope">What the caller may do; null for nothing.</param>
internal sealed record Caller(string Name, Scope? Scope)
{
    /// <summary>Somebody who did not say who.</summary>
    public static Caller Nobody { get; } = new("nobody", null);
}

/// <summary>The scope that a call needs.</summary>
internal sealed record NeededScope(Scope Scope);
