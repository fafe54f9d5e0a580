using System.Data.Common;
using Dapper;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>What is changed together: all of it is kept, or nothing. Reads see what was changed before in the same change.</summary>
public sealed class ServiceChange
{
    private readonly SqlMeasurementStore _store;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    internal ServiceChange(SqlMeasurementStore store, DbConnection connection, DbTransaction transaction) => (_store, _connection, _transaction) = (store, connection, transaction);

    /// <summary>Keeps measurements in the same change.</summary>
    public void Keep(MeasurementBatch batch) => _store.Insert(_connection, _transaction, batch);

    /// <summary>Puts something under a name, anew or in place of what is there.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name.</param>
    /// <param name="body">What is put, as JSON.</param>
    /// <param name="labels">What it can be found by.</param>
    /// <param name="now">The time.</param>
    public void Put(string kind, string name, string body, IReadOnlyDictionary<string, string> labels, DateTimeOffset now)
    {
        _connection.Execute(ServiceStatements.PutResource, new ResourceRow(kind, name, body, 1, now.UtcTicks), _transaction);
        _connection.Execute(ServiceStatements.DropLabels, new { kind, name }, _transaction);
        foreach (var (label, value) in labels)
        {
            _connection.Execute(ServiceStatements.PutLabel, new LabelRow(kind, name, label, value), _transaction);
        }
    }

    /// <summary>Takes away what is under a name.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Delete(string kind, string name)
    {
        _connection.Execute(ServiceStatements.DropLabels, new { kind, name }, _transaction);
        return _connection.Execute(ServiceStatements.DropResource, new { kind, name }, _transaction) > 0;
    }

    /// <summary>What is under a name; null if there is nothing.</summary>
    public StoredResource? Find(string kind, string name) =>
        _connection.QueryFirstOrDefault<ResourceRow>(ServiceStatements.FindResource, new { kind, name }, _transaction)?.ToResource();

    /// <summary>Keeps a migration that is asked for.</summary>
    public void Insert(StoredOperation operation) => _connection.Execute(ServiceStatements.InsertOperation, OperationRow.From(operation), _transaction);

    /// <summary>Keeps what became of a migration.</summary>
    public void Update(StoredOperation operation) => _connection.Execute(ServiceStatements.UpdateOperation, OperationRow.From(operation), _transaction);

    /// <summary>The migration that a caller asked for under a key of its own; null if there is none.</summary>
    public StoredOperation? FindByKey(string caller, string key) =>
        _connection.QueryFirstOrDefault<OperationRow>(ServiceStatements.FindOperationByKey, new { caller, key }, _transaction)?.ToOperation();

    /// <summary>All migrations that are not over, in the order in which they were asked for.</summary>
    public IReadOnlyList<StoredOperation> ActiveOperations() =>
        [.. _connection.Query<OperationRow>(ServiceStatements.ActiveOperations, transaction: _transaction).Select(r => r.ToOperation())];

    /// <summary>Keeps a new plan.</summary>
    public void Insert(StoredPlan plan) => _connection.Execute(ServiceStatements.InsertPlan, PlanRow.From(plan), _transaction);

    /// <summary>Keeps how far a plan is, if it still has the version that it was read with; it then has the next one.</summary>
    /// <returns>Whether it had.</returns>
    public bool TryUpdate(StoredPlan plan) => _connection.Execute(ServiceStatements.UpdatePlan, PlanRow.From(plan), _transaction) > 0;

    /// <summary>The plan that a caller asked for under a key of its own; null if there is none.</summary>
    public StoredPlan? FindPlanByKey(string caller, string key) =>
        _connection.QueryFirstOrDefault<PlanRow>(ServiceStatements.FindPlanByKey, new { caller, key }, _transaction)?.ToPlan();

    /// <summary>Keeps a step of a plan, anew or in place of what is there.</summary>
    public void Put(StoredPlanStep step) => _connection.Execute(ServiceStatements.PutPlanStep, PlanStepRow.From(step), _transaction);

    /// <summary>Drops a step of a plan.</summary>
    public void DropPlanStep(string plan, int number) => _connection.Execute(ServiceStatements.DropPlanStep, new { plan, number = (long)number }, _transaction);

    /// <summary>Keeps a change for those who listen.</summary>
    /// <returns>Its number.</returns>
    public long Append(StoredEvent what) => _connection.ExecuteScalar<long>(ServiceStatements.InsertEvent, EventRow.From(what), _transaction);

    /// <summary>Keeps a token, or that it was revoked.</summary>
    public void Put(StoredToken token) => _connection.Execute(ServiceStatements.PutToken, TokenRow.From(token), _transaction);

    /// <summary>Writes down who asked for it.</summary>
    public void Audit(AuditEntry entry) => _connection.Execute(ServiceStatements.InsertAudit, AuditRow.From(entry), _transaction);

    /// <summary>Keeps how far a webhook has been told.</summary>
    public void Put(WebhookDelivery delivery) => _connection.Execute(
        ServiceStatements.PutDelivery, new DeliveryRow(delivery.Webhook, delivery.Number, delivery.Failed, delivery.Dropped), _transaction);

    /// <summary>Forgets how far a webhook has been told.</summary>
    public void ForgetDelivery(string webhook) => _connection.Execute(ServiceStatements.DropDelivery, new { webhook }, _transaction);

    /// <summary>Drops old changes and old rows of the audit; the latest change stays, so that numbers go on.</summary>
    /// <returns>How many changes were dropped.</returns>
    public int Drop(DateTimeOffset eventsBefore, DateTimeOffset auditBefore)
    {
        _connection.Execute(ServiceStatements.DropAudit, new { beforeTicks = auditBefore.UtcTicks }, _transaction);
        return _connection.Execute(ServiceStatements.DropEvents, new { beforeTicks = eventsBefore.UtcTicks }, _transaction);
    }

    /// <summary>Drops changes up to a number; the latest stays, so that numbers go on.</summary>
    public void DropEvents(long upTo) => _connection.Execute(ServiceStatements.DropEventsUpTo, new { upTo }, _transaction);

    /// <summary>Drops migrations, plans and notices that are over and were asked for before a moment. The ledger keeps what became of migrations.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropRecords(DateTimeOffset before)
    {
        var beforeTicks = before.UtcTicks;
        _connection.Execute(ServiceStatements.DropStepsOfOldPlans, new { beforeTicks }, _transaction);
        var notices = _connection.Execute(ServiceStatements.DropOldNotices, new { beforeTicks }, _transaction);
        _connection.Execute(ServiceStatements.DropLabelsOfOldNotices, transaction: _transaction);
        return notices
            + _connection.Execute(ServiceStatements.DropOldPlans, new { beforeTicks }, _transaction)
            + _connection.Execute(ServiceStatements.DropOldOperations, new { beforeTicks }, _transaction);
    }

    /// <summary>Drops samples of arcs, transfers and sizes of state that were taken before a moment; scores and attempts stay.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropSamples(DateTimeOffset before)
    {
        var beforeTicks = before.UtcTicks;
        return _connection.Execute(ServiceStatements.DropOldArcs, new { beforeTicks }, _transaction)
            + _connection.Execute(ServiceStatements.DropOldTransfers, new { beforeTicks }, _transaction)
            + _connection.Execute(ServiceStatements.DropOldSizes, new { beforeTicks }, _transaction);
    }
}
