using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The journal of a migration as a file: a synced header, then entries through a memory mapping.</summary>
public sealed class MigrationJournal : IJournal
{
    private readonly string _directory;

    /// <summary>Names the directory; the file is made by <see cref="Begin"/>.</summary>
    /// <param name="directory">The state directory; it is made for its owner only where it is missing.</param>
    public MigrationJournal(string directory) => _directory = directory;

    /// <inheritdoc/>
    public void Begin(JournalHeader header) => throw new NotSupportedException(_directory);

    /// <inheritdoc/>
    public void Append(in JournalEntry entry) => throw new NotSupportedException(_directory);

    /// <inheritdoc/>
    public void Close() => throw new NotSupportedException(_directory);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
