-- Durations and times are whole ticks of 100 ns, times counted from 0001-01-01T00:00:00Z; sizes are bytes.
-- Names of states, outcomes, kinds and phases are the program's own words.
-- The indexes serve "the latest N"; the id breaks ties in the order of writing.

create table arc_sample (
    id             integer primary key,
    device         text    not null,
    device_class   text    not null,
    arc            text    not null,
    outcome        text    not null,
    duration_ticks bigint  not null,
    at_ticks       bigint  not null
);
create index arc_sample_latest on arc_sample (device_class, outcome, arc, at_ticks, id);

create table transfer_sample (
    id           integer primary key,
    link         text    not null,
    phase        text    not null,
    bytes        bigint  not null,
    fixed_ticks  bigint  not null,
    moving_ticks bigint  not null,
    at_ticks     bigint  not null
);
create index transfer_sample_latest on transfer_sample (link, phase, at_ticks, id);

create table state_size_sample (
    id             integer primary key,
    device_class   text    not null,
    expected_bytes bigint,
    actual_bytes   bigint  not null,
    at_ticks       bigint  not null
);
create index state_size_sample_latest on state_size_sample (device_class, at_ticks, id);

create table blackout_sample (
    id              integer primary key,
    device_class    text    not null,
    sla_class       text    not null,
    kind            text    not null,
    span            text    not null,
    predicted_ticks bigint  not null,
    actual_ticks    bigint  not null,
    at_ticks        bigint  not null
);
create index blackout_sample_latest on blackout_sample (device_class, span, at_ticks, id);

create table migration (
    id             text    primary key,
    machine        text    not null,
    source         text    not null,
    destination    text    not null,
    sla_class      text    not null,
    outcome        text    not null,
    limit_ticks    bigint  not null,
    bound_ticks    bigint,
    blackout_ticks bigint  not null,
    started_ticks  bigint  not null,
    ended_ticks    bigint  not null,
    reason         text    not null,
    snapshot       text
);
create index migration_of_machine on migration (machine, ended_ticks);
