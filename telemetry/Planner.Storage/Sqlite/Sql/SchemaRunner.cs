using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Planner.Measurements;

namespace Planner.Storage;

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

    private static long CurrentVersion => Steps[^1].Version;

    /// <summary>Whether the tables are those of this build; false if steps are missing, as in an empty file.</summary>
    /// <exception cref="StoreException">A newer build or another program has written the store.</exception>
    public static bool IsCurrent(DbConnection connection, string path) => ReadVersion(connection, path) == CurrentVersion;

    /// <summary>Takes the steps that are missing, all in one transaction.</summary>
    /// <exception cref="StoreException">A newer build or another program has written the store.</exception>
    public static void Upgrade(DbConnection connection, string path)
    {
        // Only one process gets past the beginning at a time: a second one finds the work done.
        using var transaction = connection.BeginTransaction();
        var version = ReadVersion(connection, path);
        connection.Execute(Statements.CreateVersionTable);
        foreach (var step in Steps.Where(s => s.Version > version))
        {
            connection.Execute(Read(step.Resource));
            connection.Execute(Statements.WriteVersion, ("version", step.Version));
        }

        transaction.Commit();
    }

    private static long ReadVersion(DbConnection connection, string path)
    {
        var tables = connection.Query(Statements.ReadTables, row => row.GetString(0));
        if (tables.Count == 0)
        {
            return 0;
        }

        if (!tables.Contains("schema_version"))
        {
            throw new StoreException($"The file {path} is the database of another program: name another file with --store.");
        }

        var version = connection.QueryNumber(Statements.ReadVersion) ?? 0;
        return version <= CurrentVersion
            ? version
            : throw new StoreException($"The store {path} was written by a newer planner (schema {version}, this build knows {CurrentVersion}): use that planner, or name another file with --store.");
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
