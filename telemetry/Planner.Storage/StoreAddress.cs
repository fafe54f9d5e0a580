using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Where a store is, as <c>--store</c> names it.</summary>
/// <param name="Path">The SQLite file, as an absolute path.</param>
/// <param name="IsDefault">Whether nobody named it: it lies in the state directory, which is made when it is missing.</param>
public sealed record StoreAddress(string Path, bool IsDefault)
{
    private const string FileName = "planner.db";

    /// <summary>Reads an address: the path of a file.</summary>
    /// <param name="text">The address; null for the default in the user's state directory.</param>
    /// <exception cref="StoreException">The address names no store that this build can keep.</exception>
    public static StoreAddress Parse(string? text)
    {
        if (text is null)
        {
            return new StoreAddress(System.IO.Path.Combine(StateDirectory.Locate(), FileName), IsDefault: true);
        }

        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            throw new StoreException("This build keeps its store in SQLite, PostgreSQL comes with the service: give --store the path of a file.") { IsWrongAddress = true };
        }

        return string.IsNullOrWhiteSpace(text) || text.Contains("://", StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal)
            ? throw new StoreException($"'{text}' is not a store: give --store the path of a file.") { IsWrongAddress = true }
            : new StoreAddress(System.IO.Path.GetFullPath(text), IsDefault: false);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
