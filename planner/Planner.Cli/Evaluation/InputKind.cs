namespace Planner.Cli;

/// <summary>What a file holds that can be evaluated.</summary>
internal enum InputKind
{
    /// <summary>A recording of JSON lines.</summary>
    Recording,

    /// <summary>A series of latencies.</summary>
    LatencySeries,

    /// <summary>Perhaps workloads: the text tells.</summary>
    Yaml,
}
