using Planner.Agent.Wire;

namespace Planner.Agent;

/// <summary>What shows in whose name a machine is moved: a later one counts, and an equal one of another owner does not.</summary>
/// <param name="Timeline">The timeline of the service's database; a restored or promoted one begins another.</param>
/// <param name="Counter">Counts up on it.</param>
/// <param name="Owner">The service.</param>
internal sealed record MachineToken(long Timeline, long Counter, string Owner)
{
    public static MachineToken Of(Token token) => new(token.Timeline, token.Counter, token.Owner);

    /// <summary>As it is sent.</summary>
    public Token ToWire() => new() { Timeline = Timeline, Counter = Counter, Owner = Owner };

    /// <summary>Why it does not count where another one was seen, in one sentence; null if it does.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="seen">The highest that was seen; null for none.</param>
    public string? RefusalBeside(string machine, MachineToken? seen) => seen is null || this == seen ? null
        : (Timeline, Counter).CompareTo((seen.Timeline, seen.Counter)) switch
        {
            > 0 => null,
            0 => $"{machine} is moved by another service under the same number: see to it that only one of them works on the store.",
            _ => $"{machine} is moved by a later owner meanwhile.",
        };
}
