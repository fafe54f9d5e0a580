-- Whether other work had the host busy at the decision; null where nobody looked, as of all that earlier planners kept.

alter table blackout_sample add column host_busy integer;
