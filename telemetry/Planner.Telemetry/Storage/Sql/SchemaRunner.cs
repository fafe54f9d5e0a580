using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;
using Planner.Measurements;

namespace Planner.Telemetry;

/// <summary>Brings the tables of a store to the version of this build, by numbered files that are never changed once released.</summary>
internal static class SchemaRunner
{
    private const string Prefix = "Schema/";

    private static readonly (long Version, string Resource)[] Steps =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (long.Parse(name.AsSpan(Prefix.Length, 3), CultureInfo.InvariantCulture), name))
            .Order(),
    ];

    /// <summary>The version this build reads and writes.</summary>
    public static long CurrentVersion => Steps[^1].Version;

    /// <summary>Takes the steps that are missing. Must run in a transaction that excludes other writers.</summary>
    /// <exception cref="StoreException">A newer build has written the store.</exception>
    public static void Upgrade(DbConnection connection, DbTransaction transaction, string path)
    {
        connection.Execute(Statements.CreateVersionTable, transaction: transaction);
        var version = connection.ExecuteScalar<long?>(Statements.ReadVersion, transaction: transaction) ?? 0;
        RefuseNewer(version, path);
        foreach (var step in Steps.Where(s => s.Version > version))
        {
            connection.Execute(Read(step.Resource), transaction: transaction);
            connection.Execute(Statements.WriteVersion, new { version = step.Version }, transaction);
        }
    }

    /// <summary>Checks a store that cannot be written.</summary>
    /// <exception cref="StoreException">The tables are not those of this build.</exception>
    public static void Check(DbConnection connection, string path)
    {
        var version = connection.ExecuteScalar<long?>(Statements.ReadVersion) ?? 0;
        RefuseNewer(version, path);
        if (version < CurrentVersion)
        {
            throw new StoreException($"The store {path} is of an older version and cannot be written, so it cannot be brought up to date: make it writable, or name another file with --store.");
        }
    }

    private static void RefuseNewer(long version, string path)
    {
        if (version > CurrentVersion)
        {
            throw new StoreException($"The store {path} was written by a newer planner (schema {version}, this build knows {CurrentVersion}): use that planner, or name another file with --store.");
        }
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
