namespace Planner.Storage;

/// <summary>A shard as the database has it.</summary>
/// <param name="Id">The shard.</param>
/// <param name="Owner">Its owner; null if nobody ever had it.</param>
/// <param name="Token">The token of the owner.</param>
/// <param name="Expires">When the lease ends, in the database's words: it is only ever compared with what was read before.</param>
internal sealed record ShardRow(int Id, string? Owner, ShardToken Token, string Expires);
