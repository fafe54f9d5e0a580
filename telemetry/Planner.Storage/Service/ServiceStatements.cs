namespace Planner.Storage;

/// <summary>The statements of what the service keeps, in the SQL that SQLite and PostgreSQL share.</summary>
internal static class ServiceStatements
{
    public const string PutResource = """
        insert into resource (kind, name, body, version, changed_ticks) values (@Kind, @Name, @Body, 1, @ChangedTicks)
        on conflict (kind, name) do update set body = excluded.body, version = resource.version + 1, changed_ticks = excluded.changed_ticks
        """;

    public const string DropLabels = "delete from resource_label where kind = @kind and name = @name";

    public const string PutLabel = "insert into resource_label (kind, name, label, value) values (@Kind, @Name, @Label, @Value)";

    public const string DropResource = "delete from resource where kind = @kind and name = @name";

    private const string ResourceColumns = "kind as Kind, name as Name, body as Body, version as Version, changed_ticks as ChangedTicks";

    public const string FindResource = $"select {ResourceColumns} from resource where kind = @kind and name = @name";

    public const string ListResources = $"""
        select {ResourceColumns}
        from resource r
        where r.kind = @kind and r.name > @after
          and (@label is null or exists (
              select 1 from resource_label l where l.kind = r.kind and l.name = r.name and l.label = @label and l.value = @value))
        order by r.name
        limit @count
        """;

    public const string CountResources = "select count(*) from resource where kind = @kind";

    public const string InsertOperation = """
        insert into operation (id, machine, active, body, caller, request_key, request_hash, created_ticks)
        values (@Id, @Machine, @Active, @Body, @Caller, @RequestKey, @RequestHash, @CreatedTicks)
        """;

    public const string UpdateOperation = "update operation set active = @Active, body = @Body where id = @Id";

    private const string OperationColumns = """
        id as Id, machine as Machine, active as Active, body as Body, caller as Caller, request_key as RequestKey, request_hash as RequestHash,
        created_ticks as CreatedTicks
        """;

    public const string FindOperation = $"select {OperationColumns} from operation where id = @id";

    public const string FindOperationByKey = $"select {OperationColumns} from operation where caller = @caller and request_key = @key";

    public const string ActiveOperations = $"select {OperationColumns} from operation where active = 1 order by created_ticks, id";

    public const string ListOperations = $"""
        select {OperationColumns}
        from operation
        where (@machine is null or machine = @machine) and created_ticks < @beforeTicks
        order by created_ticks desc, id desc
        limit @count
        """;

    public const string InsertPlan = """
        insert into fleet_plan (id, active, version, body, inputs, caller, request_key, request_hash, created_ticks)
        values (@Id, @Active, @Version, @Body, @Inputs, @Caller, @RequestKey, @RequestHash, @CreatedTicks)
        """;

    public const string UpdatePlan = """
        update fleet_plan set active = @Active, version = version + 1, body = @Body where id = @Id and version = @Version
        """;

    private const string PlanColumns = """
        id as Id, active as Active, version as Version, body as Body, inputs as Inputs, caller as Caller, request_key as RequestKey,
        request_hash as RequestHash, created_ticks as CreatedTicks
        """;

    public const string FindPlan = $"select {PlanColumns} from fleet_plan where id = @id";

    public const string FindPlanByKey = $"select {PlanColumns} from fleet_plan where caller = @caller and request_key = @key";

    public const string ActivePlans = $"select {PlanColumns} from fleet_plan where active = 1 order by created_ticks, id";

    public const string ListPlans = $"""
        select {PlanColumns}
        from fleet_plan
        where created_ticks < @beforeTicks
        order by created_ticks desc, id desc
        limit @count
        """;

    public const string PutPlanStep = """
        insert into fleet_plan_step (plan, number, body) values (@Plan, @Number, @Body)
        on conflict (plan, number) do update set body = excluded.body
        """;

    public const string DropPlanStep = "delete from fleet_plan_step where plan = @plan and number = @number";

    public const string ReadPlanSteps = "select plan as Plan, number as Number, body as Body from fleet_plan_step where plan = @plan order by number";

    public const string InsertEvent = """
        insert into event (at_ticks, kind, migration, machine, body) values (@AtTicks, @Kind, @Migration, @Machine, @Body)
        returning number
        """;

    public const string ReadEvents = """
        select number as Number, at_ticks as AtTicks, kind as Kind, migration as Migration, machine as Machine, body as Body
        from event
        where number > @after and (@migration is null or migration = @migration)
        order by number
        limit @count
        """;

    public const string FirstEvent = "select coalesce(min(number), 0) from event";

    public const string LastEvent = "select coalesce(max(number), 0) from event";

    public const string DropEvents = "delete from event where at_ticks < @beforeTicks and number < (select max(number) from event)";

    public const string DropEventsUpTo = "delete from event where number <= @upTo and number < (select max(number) from event)";

    public const string PutToken = """
        insert into access_token (id, name, scope, hash, created_ticks, expires_ticks, revoked_ticks)
        values (@Id, @Name, @Scope, @Hash, @CreatedTicks, @ExpiresTicks, @RevokedTicks)
        on conflict (id) do update set revoked_ticks = excluded.revoked_ticks
        """;

    private const string TokenColumns = """
        id as Id, name as Name, scope as Scope, hash as Hash, created_ticks as CreatedTicks, expires_ticks as ExpiresTicks, revoked_ticks as RevokedTicks
        """;

    public const string FindToken = $"select {TokenColumns} from access_token where id = @id";

    public const string ListTokens = $"select {TokenColumns} from access_token order by created_ticks, id";

    public const string InsertAudit = "insert into audit (at_ticks, caller, method, path, status, detail) values (@AtTicks, @Caller, @Method, @Path, @Status, @Detail)";

    public const string ReadAudit = """
        select at_ticks as AtTicks, caller as Caller, method as Method, path as Path, status as Status, detail as Detail
        from audit order by number desc limit @count
        """;

    public const string DropStepsOfOldPlans = "delete from fleet_plan_step where plan in (select id from fleet_plan where active = 0 and created_ticks < @beforeTicks)";

    public const string DropOldPlans = "delete from fleet_plan where active = 0 and created_ticks < @beforeTicks";

    public const string DropOldNotices = """
        delete from resource
        where kind = 'notice' and changed_ticks < @beforeTicks
          and name in (select name from resource_label where kind = 'notice' and label = 'state' and value = 'started')
        """;

    public const string DropLabelsOfOldNotices = "delete from resource_label where kind = 'notice' and name not in (select name from resource where kind = 'notice')";

    public const string DropOldOperations = "delete from operation where active = 0 and created_ticks < @beforeTicks";

    public const string DropOldArcs = "delete from arc_sample where at_ticks < @beforeTicks";

    public const string DropOldTransfers = "delete from transfer_sample where at_ticks < @beforeTicks";

    public const string DropOldSizes = "delete from state_size_sample where at_ticks < @beforeTicks";

    public const string DropAudit = "delete from audit where at_ticks < @beforeTicks";

    public const string PutDelivery = """
        insert into delivery (webhook, number, failed, dropped) values (@Webhook, @Number, @Failed, @Dropped)
        on conflict (webhook) do update set number = excluded.number, failed = excluded.failed, dropped = excluded.dropped
        """;

    public const string FindDelivery = "select webhook as Webhook, number as Number, failed as Failed, dropped as Dropped from delivery where webhook = @webhook";

    public const string DropDelivery = "delete from delivery where webhook = @webhook";

    // From one class to the next through the index, so that the cost does not grow with the samples.
    public const string DeviceClasses = """
        with recursive classes (name) as (
            select min(device_class) from arc_sample
            union all
            select (select min(s.device_class) from arc_sample s where s.device_class > classes.name) from classes where classes.name is not null
        )
        select name from classes where name is not null
        """;
}
