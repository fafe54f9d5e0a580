namespace Planner.Storage;

/// <summary>A table that was copied from one store to another.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Rows">How many rows it has.</param>
public sealed record CopiedTable(string Table, long Rows);
