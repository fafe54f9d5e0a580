namespace Planner.Storage;

/// <summary>What changes of a service stand on: they are refused once somebody else has the shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Owner">Who has it.</param>
/// <param name="Token">Under which token.</param>
/// <param name="LongestPause">How long a change may stand still in the middle before the server gives it up.</param>
internal sealed record ShardFence(int Shard, string Owner, ShardToken Token, TimeSpan LongestPause);
