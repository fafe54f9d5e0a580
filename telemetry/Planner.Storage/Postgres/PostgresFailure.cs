using Npgsql;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Turns PostgreSQL's error codes (https://www.postgresql.org/docs/15/errcodes-appendix.html), and a server that does not answer, into sentences that say what to do.</summary>
internal static class PostgresFailure
{
    public static StoreException Explain(NpgsqlException e, PostgresAddress address) => e switch
    {
        PostgresException p => new(Sentence(p, address), e)
        {
            IsWrongAddress = p.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName,
        },
        _ when e.Message.Contains("password", StringComparison.OrdinalIgnoreCase) => new(
            $"The store {address} asks for a password, and there is none: write it into ~/.pgpass or the file that PGPASSFILE names, which only its owner may read.", e) { IsWrongAddress = true },
        _ => new($"The server of the store {address} does not answer ({Cause(e)}): see that it runs and can be reached, then try again.", e),
    };

    public static StoreException CannotBeWritten(PostgresAddress address, Exception? cause = null) =>
        new($"The store {address} is read-only for this user, so nothing new can be kept: grant the user what is missing, or name another database with --store.", cause);

    /// <summary>Whether the connection was lost, so that the server may or may not have done what it was told last.</summary>
    public static bool IsLostConnection(NpgsqlException e) => e is not PostgresException p
        || p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.IdleSessionTimeout;

    private static string Sentence(PostgresException e, PostgresAddress address) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The store {address} refuses this user or its password: correct ~/.pgpass or the file that PGPASSFILE names, or name another user with --store.",
        PostgresErrorCodes.InvalidCatalogName => $"There is no database for the store {address}: make it with createdb, or name another one with --store.",
        PostgresErrorCodes.ReadOnlySqlTransaction => CannotBeWritten(address).Message,
        PostgresErrorCodes.InsufficientPrivilege =>
            $"This user may not do that in the store {address} ({Said(e)}): grant the user what is missing, or name another database with --store.",
        PostgresErrorCodes.DiskFull => $"The disk that holds the store {address} is full: free some space, then try again.",
        PostgresErrorCodes.TooManyConnections => $"The server of the store {address} has no connection left: raise its max_connections, or end other programs, then try again.",
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled =>
            $"Another program has kept the store {address} locked for too long: wait for it or end it, then try again.",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            $"The server of the store {address} does not answer ({Said(e)}): see that it runs and can be reached, then try again.",
        _ => $"The store {address} failed ({Said(e)}): check the database, or name another one with --store.",
    };

    private static string Said(PostgresException e) => e.MessageText.TrimEnd('.');

    private static string Cause(NpgsqlException e) => (e.InnerException ?? e).Message.TrimEnd('.');
}
