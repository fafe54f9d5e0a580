-- Learned models. A version is never changed; accepted is 1 or 0, and only accepted ones are used.
-- The checksum is SHA-256 over the other columns, in hexadecimal.

create table model (
    name          text    not null,
    version       bigint  not null,
    created_ticks bigint  not null,
    kind          text    not null,
    judgement     text    not null,
    accepted      integer not null,
    body          text    not null,
    checksum      text    not null,
    primary key (name, version)
);
