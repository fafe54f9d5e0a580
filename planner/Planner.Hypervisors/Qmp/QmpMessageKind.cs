namespace Planner.Hypervisors;

/// <summary>What a message from QEMU is.</summary>
internal enum QmpMessageKind
{
    /// <summary>None that this protocol knows.</summary>
    Unknown,

    /// <summary>The greeting.</summary>
    Greeting,

    /// <summary>A command was executed.</summary>
    Return,

    /// <summary>A command was refused.</summary>
    Error,

    /// <summary>An event.</summary>
    Event,
}
