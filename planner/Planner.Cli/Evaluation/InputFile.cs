namespace Planner.Cli;

/// <summary>A file to evaluate.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Kind">What it should hold.</param>
/// <param name="IsNamed">Whether the user named it, so that it may not be passed over.</param>
internal sealed record InputFile(string Path, InputKind Kind, bool IsNamed);
