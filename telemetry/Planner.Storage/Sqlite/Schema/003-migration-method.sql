-- How the bound was found that a migration was decided on; null where there was none, or an earlier planner wrote the row.

alter table migration add column method text;
