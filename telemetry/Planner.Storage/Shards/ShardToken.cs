namespace Planner.Storage;

/// <summary>What an owner of a shard shows: of two the newer one counts.</summary>
/// <param name="Timeline">The timeline of the database; a standby that is promoted and a restored backup begin a new one, on which counters may have gone back.</param>
/// <param name="Counter">How often the shard was taken over on it.</param>
internal readonly record struct ShardToken(long Timeline, long Counter)
{
    public bool IsNewerThan(ShardToken other) => (Timeline, Counter).CompareTo((other.Timeline, other.Counter)) > 0;
}
