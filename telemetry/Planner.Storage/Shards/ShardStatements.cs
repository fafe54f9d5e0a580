namespace Planner.Storage;

/// <summary>The statements of the table of shards. Whether a lease is over is judged by the database's clock alone.</summary>
internal static class ShardStatements
{
    public const string Read = "select id, owner, timeline, counter, expires::text from shard order by id";

    public const string Renew = """
        update shard set expires = clock_timestamp() + make_interval(secs => @lease)
        where id = any(@ids) and owner = @owner and expires > clock_timestamp()
        returning id, timeline, counter
        """;

    // The first eight digits of the name of the log's file are the timeline, which is the new one from the moment of a promotion.
    public const string TakeOver = """
        with here as (
            select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint as timeline
        ), due as (
            select s.id from shard s
            where s.expires < clock_timestamp()
               or exists (select 1 from unnest(@ids, @timelines, @counters, @ends) as seen (id, timeline, counter, expires)
                          where seen.id = s.id and seen.timeline = s.timeline and seen.counter = s.counter and seen.expires = s.expires::text)
            order by s.id
            for update of s skip locked
        )
        update shard
        set owner = @owner, expires = clock_timestamp() + make_interval(secs => @lease),
            timeline = greatest(shard.timeline, here.timeline),
            counter = case when here.timeline > shard.timeline then 1 else shard.counter + 1 end
        from due, here
        where shard.id = due.id
        returning shard.id, shard.timeline, shard.counter
        """;

    public const string Release = "update shard set expires = '-infinity' where owner = @owner and @lease > 0 returning id, timeline, counter";

    // Held until the transaction ends: nobody takes the shard over in the middle of a change.
    public const string Fence = "select 1::bigint from shard where id = @shard and owner = @owner and timeline = @timeline and counter = @counter for share";

    // An owner that stands still in the middle of a change does not hold up whoever takes over.
    public const string LimitPause = "select set_config('idle_in_transaction_session_timeout', @milliseconds, true)";
}
