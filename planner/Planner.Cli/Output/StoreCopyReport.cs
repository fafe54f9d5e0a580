namespace Planner.Cli;

/// <summary>What was copied from one store to another, as JSON.</summary>
/// <param name="From">The source, without a password.</param>
/// <param name="To">The target, without a password.</param>
/// <param name="Tables">Each table with its rows.</param>
internal sealed record StoreCopyReport(string From, string To, IReadOnlyList<StoreCopyReport.TableRows> Tables)
{
    /// <summary>A table.</summary>
    /// <param name="Table">Its name.</param>
    /// <param name="Rows">How many rows it has.</param>
    internal sealed record TableRows(string Table, long Rows);
}
