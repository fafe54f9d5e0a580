namespace Planner.Fleet;

/// <summary>What was found on a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="ReadAtSeconds">When the reading began, on the asker's clock.</param>
/// <param name="IsComplete">Whether everything that could run a machine there was read.</param>
/// <param name="IsCordoned">Whether nobody can give it a machine any more.</param>
/// <param name="Machines">The machines on it, running, paused or leaving.</param>
/// <param name="Arriving">The machines that are on the way to it.</param>
public sealed record HostReading(string Host, double ReadAtSeconds, bool IsComplete, bool IsCordoned, IReadOnlyCollection<string> Machines, IReadOnlyCollection<string> Arriving);

/// <summary>Whether a host may be rebooted.</summary>
/// <param name="IsSafe">Whether it may.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record RebootAdvice(bool IsSafe, string Reason);
