-- Whether the link was calm at the decision behind a blackout; null where nobody looked, or an earlier planner wrote the row.

alter table blackout_sample add column was_calm integer;

-- How often a link was seen good so many observations after it had recovered (-1: it was never seen to recover), and how often it then broke down:
-- over all migrations.

create table link_age (
    link  text   not null,
    age   bigint not null,
    seen  bigint not null,
    broke bigint not null,
    primary key (link, age)
);
