namespace Planner.Storage;

/// <summary>A store in a file of SQLite's.</summary>
/// <param name="Path">The file, as an absolute path.</param>
/// <param name="IsDefault">Whether nobody named it: it lies in the state directory, which is made when it is missing.</param>
internal sealed record SqliteAddress(string Path, bool IsDefault) : StoreAddress
{
    /// <inheritdoc/>
    public override string ToString() => Path;
}
