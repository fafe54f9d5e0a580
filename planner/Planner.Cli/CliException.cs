namespace Planner.Cli;

/// <summary>Ends the command with one sentence on stderr and an exit status.</summary>
internal sealed class CliException(int exitStatus, string message) : Exception(message)
{
    /// <summary>The exit status.</summary>
    public int ExitStatus { get; } = exitStatus;
}
