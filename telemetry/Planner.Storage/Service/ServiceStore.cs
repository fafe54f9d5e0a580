using Dapper;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>What the service keeps beside the ledger, in the same store: what was put under names, migrations that were asked for, changes, tokens and the audit.</summary>
/// <param name="store">The store. Whoever gives it disposes it.</param>
/// <remarks>Calls may come from any thread. Each throws a <see cref="StoreException"/> where the store cannot be used.</remarks>
public sealed class ServiceStore(SqlMeasurementStore store)
{
    /// <summary>Makes a change: all of it is on the disk when this returns, or nothing of it.</summary>
    public T Change<T>(Func<ServiceChange, T> work) => store.Write((connection, transaction) =>
    {
        store.TakeTurn(connection, transaction);
        return work(new ServiceChange(store, connection, transaction));
    });

    /// <summary>Makes a change.</summary>
    public void Change(Action<ServiceChange> work) => Change(change =>
    {
        work(change);
        return true;
    });

    /// <summary>What is under a name; null if there is nothing.</summary>
    public StoredResource? Find(string kind, string name) => store.Read(connection =>
        connection.QueryFirstOrDefault<ResourceRow>(ServiceStatements.FindResource, new { kind, name })?.ToResource());

    /// <summary>What is of a kind, by name.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="after">Names after this one.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="label">A label that it has to carry with a value; null for any.</param>
    /// <param name="value">The value.</param>
    public IReadOnlyList<StoredResource> List(string kind, string after, int count, string? label = null, string? value = null) => store.Read(connection =>
        connection.Query<ResourceRow>(ServiceStatements.ListResources, new { kind, after, count, label, value }).Select(r => r.ToResource()).ToList());

    /// <summary>How many there are of a kind.</summary>
    public long Count(string kind) => store.Read(connection => connection.ExecuteScalar<long>(ServiceStatements.CountResources, new { kind }));

    /// <summary>A migration; null if there is none.</summary>
    public StoredOperation? FindOperation(string id) => store.Read(connection =>
        connection.QueryFirstOrDefault<OperationRow>(ServiceStatements.FindOperation, new { id })?.ToOperation());

    /// <summary>All migrations that are not over, in the order in which they were asked for.</summary>
    public IReadOnlyList<StoredOperation> ActiveOperations() => store.Read(connection =>
        connection.Query<OperationRow>(ServiceStatements.ActiveOperations).Select(r => r.ToOperation()).ToList());

    /// <summary>Migrations, the latest first.</summary>
    /// <param name="machine">Those of a machine; null for all.</param>
    /// <param name="before">Those asked for earlier than this.</param>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<StoredOperation> ListOperations(string? machine, DateTimeOffset before, int count) => store.Read(connection =>
        connection.Query<OperationRow>(ServiceStatements.ListOperations, new { machine, beforeTicks = before.UtcTicks, count }).Select(r => r.ToOperation()).ToList());

    /// <summary>A plan; null if there is none.</summary>
    public StoredPlan? FindPlan(string id) => store.Read(connection =>
        connection.QueryFirstOrDefault<PlanRow>(ServiceStatements.FindPlan, new { id })?.ToPlan());

    /// <summary>All plans that are carried out and not over, in the order in which they were asked for.</summary>
    public IReadOnlyList<StoredPlan> ActivePlans() => store.Read(connection =>
        connection.Query<PlanRow>(ServiceStatements.ActivePlans).Select(r => r.ToPlan()).ToList());

    /// <summary>Plans, the latest first.</summary>
    /// <param name="before">Those asked for earlier than this.</param>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<StoredPlan> ListPlans(DateTimeOffset before, int count) => store.Read(connection =>
        connection.Query<PlanRow>(ServiceStatements.ListPlans, new { beforeTicks = before.UtcTicks, count }).Select(r => r.ToPlan()).ToList());

    /// <summary>The steps of a plan, by number.</summary>
    public IReadOnlyList<StoredPlanStep> ReadPlanSteps(string plan) => store.Read(connection =>
        connection.Query<PlanStepRow>(ServiceStatements.ReadPlanSteps, new { plan }).Select(r => r.ToStep()).ToList());

    /// <summary>Changes in their order.</summary>
    /// <param name="after">Those after this number.</param>
    /// <param name="migration">Those of a migration; null for all.</param>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<StoredEvent> ReadEvents(long after, string? migration, int count) => store.Read(connection =>
        connection.Query<EventRow>(ServiceStatements.ReadEvents, new { after, migration, count }).Select(r => r.ToEvent()).ToList());

    /// <summary>The numbers of the first and the last change that are kept; 0 for none.</summary>
    public (long First, long Last) EventNumbers() => store.Read(connection =>
        (connection.ExecuteScalar<long>(ServiceStatements.FirstEvent), connection.ExecuteScalar<long>(ServiceStatements.LastEvent)));

    /// <summary>A token; null if there is none.</summary>
    public StoredToken? FindToken(string id) => store.Read(connection => connection.QueryFirstOrDefault<TokenRow>(ServiceStatements.FindToken, new { id })?.ToToken());

    /// <summary>All tokens, the oldest first.</summary>
    public IReadOnlyList<StoredToken> ListTokens() => store.Read(connection => connection.Query<TokenRow>(ServiceStatements.ListTokens).Select(r => r.ToToken()).ToList());

    /// <summary>The latest rows of the audit, the latest first.</summary>
    public IReadOnlyList<AuditEntry> ReadAudit(int count) => store.Read(connection =>
        connection.Query<AuditRow>(ServiceStatements.ReadAudit, new { count }).Select(r => r.ToEntry()).ToList());

    /// <summary>How far a webhook has been told; null if it is new.</summary>
    public WebhookDelivery? FindDelivery(string webhook) => store.Read(connection =>
        connection.QueryFirstOrDefault<DeliveryRow>(ServiceStatements.FindDelivery, new { webhook })?.ToDelivery());

    /// <summary>The device classes of which arcs were measured.</summary>
    public IReadOnlyList<string> DeviceClasses() => store.Read<IReadOnlyList<string>>(connection => [.. connection.Query<string>(ServiceStatements.DeviceClasses)]);
}
