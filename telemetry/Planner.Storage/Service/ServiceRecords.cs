namespace Planner.Storage;

/// <summary>Something that was put under a name.</summary>
/// <param name="Kind">Its kind, such as <c>machine</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Body">What was put, as JSON.</param>
/// <param name="Version">How often it was put; from 1.</param>
/// <param name="Changed">When it was put last.</param>
public sealed record StoredResource(string Kind, string Name, string Body, long Version, DateTimeOffset Changed);

/// <summary>A migration that was asked for.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Machine">Its machine.</param>
/// <param name="IsActive">Whether it is not over.</param>
/// <param name="Body">All of it, as JSON.</param>
/// <param name="Caller">Who asked.</param>
/// <param name="Created">When.</param>
public sealed record StoredOperation(string Id, string Machine, bool IsActive, string Body, string Caller, DateTimeOffset Created)
{
    /// <summary>The caller's own key for the request; null if it gave none.</summary>
    public string? Key { get; init; }

    /// <summary>A hash of the request under that key: asking for something else under it is a mistake.</summary>
    public string? RequestHash { get; init; }
}

/// <summary>A plan for a fleet.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="IsActive">Whether it is carried out and not over.</param>
/// <param name="Version">How often it was changed; from 1.</param>
/// <param name="Body">How far it is, as JSON.</param>
/// <param name="Inputs">What it was made from, as JSON; never changed.</param>
/// <param name="Caller">Who asked for it.</param>
/// <param name="Created">When.</param>
public sealed record StoredPlan(string Id, bool IsActive, long Version, string Body, string Inputs, string Caller, DateTimeOffset Created)
{
    /// <summary>The caller's own key for the request; null if it gave none.</summary>
    public string? Key { get; init; }

    /// <summary>A hash of the request under that key: asking for something else under it is a mistake.</summary>
    public string? RequestHash { get; init; }
}

/// <summary>A step of a plan.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Number">The step's number in it; from 0.</param>
/// <param name="Body">All of it, as JSON.</param>
public sealed record StoredPlanStep(string Plan, int Number, string Body);

/// <summary>A change.</summary>
/// <param name="Number">Its place in the order of all changes; 0 before it is kept.</param>
/// <param name="At">When it was.</param>
/// <param name="Kind">What kind of change, such as <c>migration.phase</c>.</param>
/// <param name="Migration">The migration; null if it is of none.</param>
/// <param name="Machine">The machine; null if it is of none.</param>
/// <param name="Body">What changed, as JSON.</param>
public sealed record StoredEvent(long Number, DateTimeOffset At, string Kind, string? Migration, string? Machine, string Body);

/// <summary>A token that lets somebody in.</summary>
/// <param name="Id">Its identifier, which is no secret.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scope">What may be done with it.</param>
/// <param name="Hash">A hash of its secret.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends; null for never.</param>
/// <param name="Revoked">When it was revoked; null if it was not.</param>
public sealed record StoredToken(string Id, string Name, string Scope, string Hash, DateTimeOffset Created, DateTimeOffset? Expires, DateTimeOffset? Revoked);

/// <summary>A call that changed something, or was refused to.</summary>
/// <param name="At">When.</param>
/// <param name="Caller">Who called.</param>
/// <param name="Method">The method of HTTP.</param>
/// <param name="Path">The path.</param>
/// <param name="Status">The status that was answered.</param>
/// <param name="Detail">What was done or why not; null if the rest says it.</param>
public sealed record AuditEntry(DateTimeOffset At, string Caller, string Method, string Path, int Status, string? Detail);

/// <summary>How far a webhook has been told.</summary>
/// <param name="Webhook">Its name.</param>
/// <param name="Number">The last change that it was told of, or that was dropped for it.</param>
/// <param name="Failed">How often the next one has failed.</param>
/// <param name="Dropped">How many were dropped.</param>
public sealed record WebhookDelivery(string Webhook, long Number, long Failed, long Dropped);
