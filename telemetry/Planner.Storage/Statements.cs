namespace Planner.Storage;

/// <summary>Every statement of the store, in the SQL that SQLite and PostgreSQL share; what is an engine's own stands in its folder.</summary>
internal static class Statements
{
    public const string CreateVersionTable = "create table if not exists schema_version (version integer not null)";

    public const string ReadVersion = "select coalesce(max(version), 0) from schema_version";

    public const string WriteVersion = "insert into schema_version (version) values (@version)";

    public const string InsertArc = """
        insert into arc_sample (device, device_class, arc, outcome, duration_ticks, at_ticks)
        values (@Device, @DeviceClass, @Arc, @Outcome, @DurationTicks, @AtTicks)
        """;

    public const string InsertTransfer = """
        insert into transfer_sample (link, phase, bytes, fixed_ticks, moving_ticks, at_ticks)
        values (@Link, @Phase, @Bytes, @FixedTicks, @MovingTicks, @AtTicks)
        """;

    public const string InsertStateSize = """
        insert into state_size_sample (device_class, expected_bytes, actual_bytes, at_ticks)
        values (@DeviceClass, @ExpectedBytes, @ActualBytes, @AtTicks)
        """;

    public const string InsertBlackout = """
        insert into blackout_sample (device_class, sla_class, kind, span, predicted_ticks, actual_ticks, at_ticks, was_calm)
        values (@DeviceClass, @SlaClass, @Kind, @Span, @PredictedTicks, @ActualTicks, @AtTicks, @WasCalm)
        """;

    public const string AddLinkAge = """
        insert into link_age (link, age, seen, broke)
        values (@Link, @Age, @Seen, @Broke)
        on conflict (link, age) do update set seen = link_age.seen + excluded.seen, broke = link_age.broke + excluded.broke
        """;

    // A recovery may end a migration that its own process had already ended: the last word counts.
    public const string WriteMigration = """
        insert into migration (id, machine, source, destination, sla_class, outcome, limit_ticks, bound_ticks, blackout_ticks,
                               started_ticks, ended_ticks, reason, snapshot, method, paused_most_ticks, vain_quiesce_ticks, failed_commit_ticks)
        values (@Id, @Machine, @Source, @Destination, @SlaClass, @Outcome, @LimitTicks, @BoundTicks, @BlackoutTicks,
                @StartedTicks, @EndedTicks, @Reason, @Snapshot, @Method, @PausedMostTicks, @VainQuiesceTicks, @FailedCommitTicks)
        on conflict (id) do update set
            machine = excluded.machine, source = excluded.source, destination = excluded.destination,
            sla_class = excluded.sla_class, outcome = excluded.outcome, limit_ticks = excluded.limit_ticks,
            bound_ticks = excluded.bound_ticks, blackout_ticks = excluded.blackout_ticks,
            started_ticks = excluded.started_ticks, ended_ticks = excluded.ended_ticks,
            reason = excluded.reason, snapshot = excluded.snapshot, method = excluded.method,
            paused_most_ticks = excluded.paused_most_ticks, vain_quiesce_ticks = excluded.vain_quiesce_ticks, failed_commit_ticks = excluded.failed_commit_ticks
        """;

    // The recursion steps from one arc of the class to the next through the index, so that the cost does not grow
    // with the number of samples kept, only with the number returned. It returns the latest of each outcome.
    public const string ReadArcs = """
        with recursive arcs (outcome, arc) as (
            select o.outcome, (select min(s.arc) from arc_sample s where s.device_class = @deviceClass and s.outcome = o.outcome)
            from (select @completed as outcome union all select @late) o
            union all
            select arcs.outcome, (select min(s.arc) from arc_sample s
                                  where s.device_class = @deviceClass and s.outcome = arcs.outcome and s.arc > arcs.arc)
            from arcs where arcs.arc is not null
        )
        select s.device as Device, s.device_class as DeviceClass, s.arc as Arc, s.outcome as Outcome,
               s.duration_ticks as DurationTicks, s.at_ticks as AtTicks
        from arcs
        join arc_sample s on s.id in (
            select latest.id from arc_sample latest
            where latest.device_class = @deviceClass and latest.outcome = arcs.outcome and latest.arc = arcs.arc
            order by latest.at_ticks desc, latest.id desc
            limit @latest)
        order by s.at_ticks, s.id
        """;

    public const string ReadTransfers = """
        select link as Link, phase as Phase, bytes as Bytes, fixed_ticks as FixedTicks, moving_ticks as MovingTicks, at_ticks as AtTicks
        from transfer_sample
        where link = @link and phase = @phase
        order by at_ticks desc, id desc
        limit @latest
        """;

    public const string ReadStateSizes = """
        select device_class as DeviceClass, expected_bytes as ExpectedBytes, actual_bytes as ActualBytes, at_ticks as AtTicks
        from state_size_sample
        where device_class = @deviceClass
        order by at_ticks desc, id desc
        limit @latest
        """;

    // Earlier planners wrote blackouts of 0 where two hosts' clocks differed.
    public const string ReadBlackouts = """
        select device_class as DeviceClass, sla_class as SlaClass, kind as Kind, span as Span,
               predicted_ticks as PredictedTicks, actual_ticks as ActualTicks, at_ticks as AtTicks, was_calm as WasCalm
        from blackout_sample
        where device_class = @deviceClass and span = @span and actual_ticks > 0
          and (kind = @rehearsal or (kind = @commit and sla_class = @slaClass))
        order by at_ticks desc, id desc
        limit @latest
        """;

    // Keys of a class lie side by side in the index; the bare class is what earlier planners wrote.
    public const string ReadFirstBlackouts = """
        select DeviceClass, SlaClass, Kind, Span, PredictedTicks, ActualTicks, AtTicks, WasCalm
        from (
            select device_class as DeviceClass, sla_class as SlaClass, kind as Kind, span as Span,
                   predicted_ticks as PredictedTicks, actual_ticks as ActualTicks, at_ticks as AtTicks, was_calm as WasCalm,
                   row_number() over (partition by device_class order by at_ticks, id) as place
            from blackout_sample
            where (device_class = @likeClass or (device_class >= @start and device_class < @end)) and span = @span and actual_ticks > 0
              and (kind = @rehearsal or (kind = @commit and sla_class = @slaClass))
        ) first_of_group
        where place <= @firstOfEach
        order by DeviceClass, place
        """;

    public const string ReadLinkAges = "select link as Link, age as Age, seen as Seen, broke as Broke from link_age where link = @link order by age";

    public const string ReadNextModelVersion = "select coalesce(max(version), 0) + 1 from model where name = @name";

    public const string InsertModel = """
        insert into model (name, version, created_ticks, kind, judgement, accepted, body, checksum)
        values (@Name, @Version, @CreatedTicks, @Kind, @Judgement, @Accepted, @Body, @Checksum)
        """;

    // The one in use stays, however old it is.
    public const string DropOldModels = """
        delete from model
        where name = @name and version <= @newest - @kept
          and version <> coalesce((select max(m.version) from model m where m.name = @name and m.accepted = 1), 0)
        """;

    // No more of a body is read than is allowed, and a little, so that a longer one is noticed.
    public const string ReadModels = """
        select name as Name, version as Version, created_ticks as CreatedTicks, kind as Kind, judgement as Judgement,
               accepted as Accepted, substr(body, 1, @longest + 1) as Body, checksum as Checksum
        from model
        where name = @name and accepted >= @leastAccepted
        order by version desc
        limit @latest
        """;

    public const string ReadMoves = """
        select source as Source, destination as Destination, max(ended_ticks) as AtTicks
        from migration
        where outcome in (@within, @over)
        group by source, destination
        order by max(ended_ticks) desc
        """;

    public const string ReadBlackoutSpent = """
        select cast(coalesce(sum(coalesce(paused_most_ticks, blackout_ticks)), 0) as bigint)
        from migration
        where machine = @machine and ended_ticks >= @sinceTicks
        """;
}
