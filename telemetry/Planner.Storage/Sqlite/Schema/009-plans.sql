-- Plans for a fleet that the service carries out: what each was made from, and how far it is, which is changed only by who knows the version.
create table fleet_plan (
    id            text    primary key,
    active        integer not null,
    version       bigint  not null,
    body          text    not null,
    inputs        text    not null,
    caller        text    not null,
    request_key   text,
    request_hash  text,
    created_ticks bigint  not null
);
create unique index fleet_plan_by_key on fleet_plan (caller, request_key) where request_key is not null;
create index fleet_plan_latest on fleet_plan (created_ticks);
create index fleet_plan_active on fleet_plan (id) where active = 1;

-- Its moves and reboots. What is over is kept; what is planned anew takes the place of what waits.
create table fleet_plan_step (
    plan   text   not null,
    number bigint not null,
    body   text   not null,
    primary key (plan, number)
);

-- Which machines are on a node is asked often: a label that no caller can give, as theirs hold no '='.
insert into resource_label (kind, name, label, value)
select kind, name, '=node', json_extract(body, '$.node') from resource where kind = 'machine' and json_extract(body, '$.node') is not null;

-- The nodes at which a machine's destination stands ready.
insert into resource_label (kind, name, label, value)
select 'machine', r.name, '=ready@' || place.key, '' from resource r, json_each(r.body, '$.startDestination.readyAt') place where r.kind = 'machine';
