using System.Text.RegularExpressions;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Where a store is, as <c>--store</c> names it: a file of SQLite's, or a database of PostgreSQL's. As text it never holds a password.</summary>
public abstract partial record StoreAddress
{
    private const string FileName = "planner.db";

    private protected StoreAddress()
    {
    }

    /// <summary>Reads an address: the path of a file, or <c>postgres://user@host:port/database</c>.</summary>
    /// <param name="text">The address; null for the default, a file in the user's state directory.</param>
    /// <exception cref="StoreException">The address names no store.</exception>
    public static StoreAddress Parse(string? text)
    {
        if (text is null)
        {
            return new SqliteAddress(Path.Combine(StateDirectory.Locate(), FileName), IsDefault: true);
        }

        if (PostgresAddress.IsMeant(text))
        {
            return PostgresAddress.Parse(text);
        }

        return string.IsNullOrWhiteSpace(text) || text.Contains("://", StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal)
            ? throw new StoreException($"'{Redact(text)}' is not a store: give --store the path of a file, or postgres://user@host:port/database.") { IsWrongAddress = true }
            : new SqliteAddress(Path.GetFullPath(text), IsDefault: false);
    }

    /// <summary>Takes passwords out of the addresses in a text.</summary>
    /// <param name="text">Any text, such as what somebody typed.</param>
    public static string Redact(string text) => Password().Replace(text, "$1@");

    /// <inheritdoc/>
    public abstract override string ToString();

    // The last @ ends a password, as one may stand in it.
    [GeneratedRegex(@"(\w+://[^:@/\s'""]*):\S*@", RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
