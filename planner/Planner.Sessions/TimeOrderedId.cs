namespace Planner.Sessions;

/// <summary>Identifiers in the order of their making.</summary>
internal static class TimeOrderedId
{
    /// <summary>A new one. Version 7 counts from 1970: a clock that was never set and stands before has to do without the order.</summary>
    /// <param name="now">The time; the system's if null.</param>
    public static Guid New(DateTimeOffset? now = null)
    {
        var at = now ?? TimeProvider.System.GetUtcNow();
        return at < DateTimeOffset.UnixEpoch ? Guid.NewGuid() : Guid.CreateVersion7(at);
    }
}
