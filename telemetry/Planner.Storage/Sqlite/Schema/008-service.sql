-- What the service keeps beside the ledger. Bodies are JSON in the form of its interface.

-- Nodes, machines, policies, webhooks and notices, as they were put.
create table resource (
    kind          text   not null,
    name          text   not null,
    body          text   not null,
    version       bigint not null,
    changed_ticks bigint not null,
    primary key (kind, name)
);

create table resource_label (
    kind  text not null,
    name  text not null,
    label text not null,
    value text not null,
    primary key (kind, name, label)
);
create index resource_label_by_value on resource_label (kind, label, value, name);

-- Migrations that were asked for. A machine has one that is not over, at the most. A caller's key makes asking again harmless.
create table operation (
    id            text    primary key,
    machine       text    not null,
    active        integer not null,
    body          text    not null,
    caller        text    not null,
    request_key   text,
    request_hash  text,
    created_ticks bigint  not null
);
create unique index operation_of_machine on operation (machine) where active = 1;
create unique index operation_by_key on operation (caller, request_key) where request_key is not null;
create index operation_latest on operation (created_ticks);

-- Every change, in the order in which it was made: the numbers are what a listener goes on from.
create table event (
    number    integer primary key autoincrement,
    at_ticks  bigint  not null,
    kind      text    not null,
    migration text,
    machine   text,
    body      text    not null
);
create index event_of_migration on event (migration, number);

-- Of a token only a hash is kept.
create table access_token (
    id            text   primary key,
    name          text   not null,
    scope         text   not null,
    hash          text   not null,
    created_ticks bigint not null,
    expires_ticks bigint,
    revoked_ticks bigint
);

-- Who asked for what, and what was answered: a row is written with what was done, or not at all.
create table audit (
    number   integer primary key autoincrement,
    at_ticks bigint  not null,
    caller   text    not null,
    method   text    not null,
    path     text    not null,
    status   bigint  not null,
    detail   text
);

-- How far each webhook has been told.
create table delivery (
    webhook text   primary key,
    number  bigint not null,
    failed  bigint not null,
    dropped bigint not null
);
