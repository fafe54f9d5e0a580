namespace Planner.Storage;

// The rows of what the service keeps.

internal sealed record ResourceRow(string Kind, string Name, string Body, long Version, long ChangedTicks)
{
    public StoredResource ToResource() => new(Kind, Name, Body, Version, Column.At(ChangedTicks));
}

internal sealed record LabelRow(string Kind, string Name, string Label, string Value);

internal sealed record OperationRow(string Id, string Machine, long Active, string Body, string Caller, string? RequestKey, string? RequestHash, long CreatedTicks)
{
    public static OperationRow From(StoredOperation o) => new(o.Id, o.Machine, Convert.ToInt64(o.IsActive), o.Body, o.Caller, o.Key, o.RequestHash, o.Created.UtcTicks);

    public StoredOperation ToOperation() => new(Id, Machine, Active != 0, Body, Caller, Column.At(CreatedTicks)) { Key = RequestKey, RequestHash = RequestHash };
}

internal sealed record PlanRow(
    string Id, long Active, long Version, string Body, string Inputs, string Caller, string? RequestKey, string? RequestHash, long CreatedTicks)
{
    public static PlanRow From(StoredPlan p) => new(p.Id, Convert.ToInt64(p.IsActive), p.Version, p.Body, p.Inputs, p.Caller, p.Key, p.RequestHash, p.Created.UtcTicks);

    public StoredPlan ToPlan() => new(Id, Active != 0, Version, Body, Inputs, Caller, Column.At(CreatedTicks)) { Key = RequestKey, RequestHash = RequestHash };
}

internal sealed record PlanStepRow(string Plan, long Number, string Body)
{
    public static PlanStepRow From(StoredPlanStep s) => new(s.Plan, s.Number, s.Body);

    public StoredPlanStep ToStep() => new(Plan, (int)Number, Body);
}

internal sealed record EventRow(long Number, long AtTicks, string Kind, string? Migration, string? Machine, string Body)
{
    public static EventRow From(StoredEvent e) => new(0, e.At.UtcTicks, e.Kind, e.Migration, e.Machine, e.Body);

    public StoredEvent ToEvent() => new(Number, Column.At(AtTicks), Kind, Migration, Machine, Body);
}

internal sealed record TokenRow(string Id, string Name, string Scope, string Hash, long CreatedTicks, long? ExpiresTicks, long? RevokedTicks)
{
    public static TokenRow From(StoredToken t) => new(t.Id, t.Name, t.Scope, t.Hash, t.Created.UtcTicks, t.Expires?.UtcTicks, t.Revoked?.UtcTicks);

    public StoredToken ToToken() => new(
        Id, Name, Scope, Hash, Column.At(CreatedTicks), ExpiresTicks is { } expires ? Column.At(expires) : null, RevokedTicks is { } revoked ? Column.At(revoked) : null);
}

internal sealed record AuditRow(long AtTicks, string Caller, string Method, string Path, long Status, string? Detail)
{
    public static AuditRow From(AuditEntry a) => new(a.At.UtcTicks, a.Caller, a.Method, a.Path, a.Status, a.Detail);

    public AuditEntry ToEntry() => new(Column.At(AtTicks), Caller, Method, Path, (int)Status, Detail);
}

internal sealed record DeliveryRow(string Webhook, long Number, long Failed, long Dropped)
{
    public WebhookDelivery ToDelivery() => new(Webhook, Number, Failed, Dropped);
}
