namespace Planner.Cli;

/// <summary>How results are printed.</summary>
internal enum OutputFormat
{
    /// <summary>Tables and sentences for people.</summary>
    Table,

    /// <summary>JSON on stdout: one object, or one object a line.</summary>
    Json,
}
