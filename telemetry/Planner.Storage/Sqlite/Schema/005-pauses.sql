-- How long the guest was paused at most, which counts for limits and error budgets, and the parts of what it was paused for that were in vain; null in the rows of
-- earlier planners, which kept no more than blackout_ticks, all pauses together.

alter table migration add column paused_most_ticks bigint;
alter table migration add column vain_quiesce_ticks bigint;
alter table migration add column failed_commit_ticks bigint;
