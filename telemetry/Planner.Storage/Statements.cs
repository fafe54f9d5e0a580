namespace Planner.Storage;

/// <summary>Every statement of the store, in the SQL that SQLite and PostgreSQL share; what is an engine's own stands in its folder.</summary>
internal static class Statements
{
    public const string CreateVersionTable = "create table if not exists schema_version (version bigint not null)";

    public const string ReadVersion = "select coalesce(max(version), 0) from schema_version";

    public const string WriteVersion = "insert into schema_version (version) values (@version)";

    public const string InsertArc = """
        insert into arc_sample (device, device_class, arc, outcome, duration_ticks, at_ticks, host, machine, attempt)
        values (@Device, @DeviceClass, @Arc, @Outcome, @DurationTicks, @AtTicks, @Host, @Machine, @Attempt)
        """;

    public const string InsertTransfer = """
        insert into transfer_sample (link, phase, bytes, fixed_ticks, moving_ticks, at_ticks, host, machine, attempt)
        values (@Link, @Phase, @Bytes, @FixedTicks, @MovingTicks, @AtTicks, @Host, @Machine, @Attempt)
        """;

    public const string InsertStateSize = """
        insert into state_size_sample (device_class, expected_bytes, actual_bytes, at_ticks, host, machine, attempt)
        values (@DeviceClass, @ExpectedBytes, @ActualBytes, @AtTicks, @Host, @Machine, @Attempt)
        """;

    public const string InsertScore = """
        insert into blackout_sample (device_class, sla_class, kind, span, predicted_ticks, actual_ticks, at_ticks, was_calm, host_busy,
                                     cut_off, host, machine, attempt)
        values (@DeviceClass, @SlaClass, @Kind, @Span, @PredictedTicks, @ActualTicks, @AtTicks, @WasCalm, @HostBusy, @CutOff, @Host, @Machine, @Attempt)
        """;

    public const string AddLinkAge = """
        insert into link_age (link, age, seen, broke)
        values (@Link, @Age, @Seen, @Broke)
        on conflict (link, age) do update set seen = link_age.seen + excluded.seen, broke = link_age.broke + excluded.broke
        """;

    public const string InsertAttempt = """
        insert into attempt (id, kind, recovers, machine, source_host, source, source_class, destination_host, destination, destination_class,
                             sla_class, limit_ticks, confidence, rule, asked_by, outcome, reason, started_ticks, ended_ticks, pauses_known,
                             pre_copy_bytes, stop_bytes, pre_copy_rate, stop_rate, throttle_percent)
        values (@Id, @Kind, @Recovers, @Machine, @SourceHost, @Source, @SourceClass, @DestinationHost, @Destination, @DestinationClass,
                @SlaClass, @LimitTicks, @Confidence, @Rule, @AskedBy, @Outcome, @Reason, @StartedTicks, @EndedTicks, @PausesKnown,
                @PreCopyBytes, @StopBytes, @PreCopyRate, @StopRate, @ThrottlePercent)
        """;

    public const string InsertPause = """
        insert into attempt_pause (attempt, kind, ticks, least_ticks, most_ticks, basis) values (@Attempt, @Kind, @Ticks, @LeastTicks, @MostTicks, @Basis)
        """;

    public const string InsertDecision = """
        insert into attempt_decision (attempt, ordinal, gate, verdict, method, predicted_ticks, bound_ticks, after_ticks, reason, snapshot)
        values (@Attempt, @Ordinal, @Gate, @Verdict, @Method, @PredictedTicks, @BoundTicks, @AfterTicks, @Reason, @Snapshot)
        """;

    private const string AttemptColumns = """
        id as Id, kind as Kind, recovers as Recovers, machine as Machine, source_host as SourceHost, source as Source, source_class as SourceClass,
        destination_host as DestinationHost, destination as Destination, destination_class as DestinationClass, sla_class as SlaClass,
        limit_ticks as LimitTicks, confidence as Confidence, rule as Rule, asked_by as AskedBy, outcome as Outcome, reason as Reason,
        started_ticks as StartedTicks, ended_ticks as EndedTicks, pauses_known as PausesKnown, pre_copy_bytes as PreCopyBytes, stop_bytes as StopBytes,
        pre_copy_rate as PreCopyRate, stop_rate as StopRate, throttle_percent as ThrottlePercent
        """;

    public const string ReadAttempts = $"""
        select {AttemptColumns}
        from attempt
        where (@machine is null or machine = @machine) and (@slaClass is null or sla_class = @slaClass) and (@beforeTicks is null or ended_ticks < @beforeTicks)
              and (@outcome is null or outcome = @outcome)
              and (@holds is null or lower(id) like lower(@begins) escape '\'
                   or lower(machine || ' ' || coalesce(source_host, '') || ' ' || source || ' ' || coalesce(destination_host, '') || ' ' || destination || ' '
                            || coalesce(asked_by, '') || ' ' || reason) like lower(@holds) escape '\')
        order by ended_ticks desc, id desc
        limit @latest
        """;

    public const string ReadSummaries = """
        select a.id as Id, a.kind as Kind, a.machine as Machine, a.sla_class as SlaClass, a.limit_ticks as LimitTicks, a.confidence as Confidence, a.outcome as Outcome,
               a.started_ticks as StartedTicks, a.ended_ticks as EndedTicks,
               cast(coalesce((select sum(p.most_ticks) from attempt_pause p where p.attempt = a.id), 0) as bigint) as PausedTicks, a.reason as Reason,
               (select d.bound_ticks from attempt_decision d where d.attempt = a.id and d.bound_ticks is not null order by d.ordinal desc limit 1) as BoundTicks
        from attempt a
        where a.ended_ticks >= @sinceTicks and (@machine is null or a.machine = @machine)
        order by a.ended_ticks, a.id
        """;

    // Two are enough to know that there is more than one.
    public const string FindAttempt = $"""
        select {AttemptColumns}
        from attempt
        where id = @id or substr(id, 1, length(@id)) = @id
        order by case when id = @id then 0 else 1 end, id
        limit 2
        """;

    public const string ReadPauses = """
        select attempt as Attempt, kind as Kind, ticks as Ticks, least_ticks as LeastTicks, most_ticks as MostTicks, basis as Basis
        from attempt_pause where attempt = @id
        """;

    public const string ReadDecisions = """
        select attempt as Attempt, ordinal as Ordinal, gate as Gate, verdict as Verdict, method as Method, predicted_ticks as PredictedTicks,
               bound_ticks as BoundTicks, after_ticks as AfterTicks, reason as Reason, snapshot as Snapshot
        from attempt_decision where attempt = @id order by ordinal
        """;

    private const string ScoreColumns = """
        device_class as DeviceClass, sla_class as SlaClass, kind as Kind, span as Span, predicted_ticks as PredictedTicks, actual_ticks as ActualTicks,
        at_ticks as AtTicks, was_calm as WasCalm, host_busy as HostBusy, cut_off as CutOff, host as Host, machine as Machine, attempt as Attempt
        """;

    public const string ReadScoresOfAttempt = $"select {ScoreColumns} from blackout_sample where attempt = @id order by id";

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
               s.duration_ticks as DurationTicks, s.at_ticks as AtTicks, s.host as Host, s.machine as Machine, s.attempt as Attempt
        from arcs
        join arc_sample s on s.id in (
            select latest.id from arc_sample latest
            where latest.device_class = @deviceClass and latest.outcome = arcs.outcome and latest.arc = arcs.arc
            order by latest.at_ticks desc, latest.id desc
            limit @latest)
        order by s.at_ticks, s.id
        """;

    public const string ReadTransfers = """
        select link as Link, phase as Phase, bytes as Bytes, fixed_ticks as FixedTicks, moving_ticks as MovingTicks, at_ticks as AtTicks,
               host as Host, machine as Machine, attempt as Attempt
        from transfer_sample
        where link = @link and phase = @phase
        order by at_ticks desc, id desc
        limit @latest
        """;

    public const string ReadStateSizes = """
        select device_class as DeviceClass, expected_bytes as ExpectedBytes, actual_bytes as ActualBytes, at_ticks as AtTicks,
               host as Host, machine as Machine, attempt as Attempt
        from state_size_sample
        where device_class = @deviceClass
        order by at_ticks desc, id desc
        limit @latest
        """;

    // Earlier planners wrote blackouts of 0 where two hosts' clocks differed.
    public const string ReadScores = $"""
        select {ScoreColumns}
        from blackout_sample
        where device_class = @deviceClass and span = @span and actual_ticks > 0 and kind in (@commit, @rehearsal)
        order by at_ticks desc, id desc
        limit @latest
        """;

    // Keys of a class lie side by side in the index; the bare class is what earlier planners wrote.
    public const string ReadFirstScores = $"""
        select DeviceClass, SlaClass, Kind, Span, PredictedTicks, ActualTicks, AtTicks, WasCalm, HostBusy, CutOff, Host, Machine, Attempt
        from (
            select {ScoreColumns}, row_number() over (partition by device_class order by at_ticks, id) as place
            from blackout_sample
            where (device_class = @likeClass or (device_class >= @start and device_class < @end)) and span = @span and actual_ticks > 0 and kind in (@commit, @rehearsal)
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
        from attempt
        where outcome in (@within, @over)
        group by source, destination
        order by max(ended_ticks) desc
        """;

    public const string ReadPauseSpent = """
        select cast(coalesce(sum(p.most_ticks), 0) as bigint)
        from attempt a join attempt_pause p on p.attempt = a.id
        where a.machine = @machine and a.ended_ticks >= @sinceTicks
        """;
}
