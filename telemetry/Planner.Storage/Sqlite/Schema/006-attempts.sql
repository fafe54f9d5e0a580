-- The ledger: one row an attempt, whatever its ending, with its pauses, its decisions and its scores; samples say whose they are.
-- Null is what is not known, as of all that earlier planners did not keep.

create table attempt (
    id                  text    primary key,
    kind                text,
    recovers            text,
    machine             text    not null,
    source_host         text,
    source              text    not null,
    source_class        text,
    destination_host    text,
    destination         text    not null,
    destination_class   text,
    sla_class           text    not null,
    limit_ticks         bigint,
    confidence          double precision,
    rule                text,
    asked_by            text,
    outcome             text    not null,
    reason              text    not null,
    started_ticks       bigint  not null,
    ended_ticks         bigint  not null,
    pauses_known        integer not null,
    pre_copy_bytes      bigint,
    stop_bytes          bigint,
    pre_copy_rate       double precision,
    stop_rate           double precision,
    throttle_percent    bigint
);
create index attempt_of_machine on attempt (machine, ended_ticks);
create index attempt_of_class on attempt (sla_class, ended_ticks);
create index attempt_latest on attempt (ended_ticks);

create table attempt_pause (
    attempt      text   not null,
    kind         text   not null,
    ticks        bigint not null,
    least_ticks  bigint not null,
    most_ticks   bigint not null,
    basis        text   not null,
    primary key (attempt, kind)
);

create table attempt_decision (
    attempt         text   not null,
    ordinal         bigint not null,
    gate            bigint,
    verdict         text,
    method          text,
    predicted_ticks bigint,
    bound_ticks     bigint,
    after_ticks     bigint,
    reason          text   not null,
    snapshot        text,
    primary key (attempt, ordinal)
);

insert into attempt (id, machine, source, destination, sla_class, limit_ticks, outcome, reason, started_ticks, ended_ticks, pauses_known)
select id, machine, source, destination, sla_class, limit_ticks, outcome, reason, started_ticks, ended_ticks, 1 from migration;

insert into attempt_pause (attempt, kind, ticks, least_ticks, most_ticks, basis)
select id, 'VainQuiesce', vain_quiesce_ticks, vain_quiesce_ticks, vain_quiesce_ticks, 'the record of an earlier planner'
from migration where vain_quiesce_ticks > 0;

insert into attempt_pause (attempt, kind, ticks, least_ticks, most_ticks, basis)
select id, 'FailedCommit', failed_commit_ticks, failed_commit_ticks, failed_commit_ticks, 'the record of an earlier planner'
from migration where failed_commit_ticks > 0;

-- The rest is the switchover where there was one. Planners before step 5 kept the sum alone: what stayed was quiesced in vain, and what failed was a failed commit.
insert into attempt_pause (attempt, kind, ticks, least_ticks, most_ticks, basis)
select id,
       case when outcome in ('Completed', 'CompletedOverLimit') then 'Blackout' when outcome = 'Stayed' then 'VainQuiesce' else 'FailedCommit' end,
       rest, rest, case when most > rest then most else rest end, 'the record of an earlier planner'
from (select id, outcome,
             blackout_ticks - coalesce(vain_quiesce_ticks, 0) - coalesce(failed_commit_ticks, 0) as rest,
             coalesce(paused_most_ticks, blackout_ticks) - coalesce(vain_quiesce_ticks, 0) - coalesce(failed_commit_ticks, 0) as most
      from migration) as parts
where rest > 0 or most > 0
on conflict (attempt, kind) do update set
    ticks = attempt_pause.ticks + excluded.ticks, least_ticks = attempt_pause.least_ticks + excluded.least_ticks, most_ticks = attempt_pause.most_ticks + excluded.most_ticks;

insert into attempt_decision (attempt, ordinal, method, bound_ticks, reason, snapshot)
select id, 0, method, bound_ticks, reason, snapshot from migration where snapshot is not null or bound_ticks is not null;

drop table migration;

alter table arc_sample add column host text;
alter table arc_sample add column machine text;
alter table arc_sample add column attempt text;
alter table transfer_sample add column host text;
alter table transfer_sample add column machine text;
alter table transfer_sample add column attempt text;
alter table state_size_sample add column host text;
alter table state_size_sample add column machine text;
alter table state_size_sample add column attempt text;
alter table blackout_sample add column host text;
alter table blackout_sample add column machine text;
alter table blackout_sample add column attempt text;
alter table blackout_sample add column cut_off integer;

create index blackout_sample_of_attempt on blackout_sample (attempt);
