using Microsoft.Data.Sqlite;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Turns SQLite's result codes (https://sqlite.org/rescode.html) into sentences that say what to do.</summary>
internal static class SqliteFailure
{
    public const int ReadOnly = 8;
    public const int CannotOpen = 14;

    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;

    public static StoreException Explain(SqliteException e, string path) => new(Sentence(e, path), e) { IsWrongAddress = e.SqliteErrorCode == NotADatabase };

    public static StoreException CannotBeWritten(string path, Exception? cause = null) =>
        new($"The store {path} is read-only for this user, so nothing new can be kept: make the file and its directory writable, or name another file with --store.", cause);

    private static string Sentence(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Busy or Locked => $"Another program has kept the store {path} locked for too long: wait for it or end it, then try again.",
        ReadOnly or Permission => CannotBeWritten(path).Message,
        Full => $"The disk that holds the store {path} is full: free some space, then try again.",
        InputOutput => $"The disk or a file-size limit failed the store {path} ({e.Message.TrimEnd('.')}): check both, or name another file with --store.",
        Corrupt => $"The store {path} is damaged: move it out of the way to start with an empty one, or put a copy back.",
        NotADatabase => $"The file {path} is not a store of the planner: name another file with --store.",
        CannotOpen => $"The store {path} cannot be opened: check that its directory can be written by this user, or name another file with --store.",
        _ => $"The store {path} failed ({e.Message.TrimEnd('.')}): check the file, or name another one with --store.",
    };
}
