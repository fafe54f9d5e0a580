using System.Data.Common;
using DbUp.Engine.Transactions;
using DbUp.Sqlite.Helpers;

namespace Planner.Storage;

/// <summary>Has steps of the schema taken on a connection that is open, in the transaction that it has.</summary>
internal sealed class OpenConnection(DbConnection connection) : DatabaseConnectionManager(_ => new SharedConnection(connection))
{
    // The server takes a whole step at once.
    public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => [scriptContents];
}
