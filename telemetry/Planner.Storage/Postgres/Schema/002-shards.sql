-- Who acts for which machines: a machine is of the shard that its name hashes to. Whoever takes a shard over takes the next token, which is the pair of the timeline of the
-- database (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES) and a counter, compared in this order.
create table shard (
    id       bigint primary key,
    owner    text collate "C",
    timeline bigint not null,
    counter  bigint not null,
    expires  timestamptz not null
);
insert into shard (id, timeline, counter, expires) select id, 0, 0, '-infinity' from generate_series(0, 1023) as id;
