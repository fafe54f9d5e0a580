using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The state of a passed-through device. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpVfioState>))]
public enum QmpVfioState
{
    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>STOP.</summary>
    Stop,

    /// <summary>RUNNING.</summary>
    Running,

    /// <summary>STOP_COPY.</summary>
    StopCopy,

    /// <summary>RESUMING.</summary>
    Resuming,

    /// <summary>RUNNING_P2P. Spelled out for the converter: the word is running-p2p.</summary>
    RunningP2p,

    /// <summary>PRE_COPY.</summary>
    PreCopy,

    /// <summary>PRE_COPY_P2P.</summary>
    PreCopyP2p,

    /// <summary>About to go to PRE_COPY_P2P; the virtual CPUs stand. Since QEMU 11.0.</summary>
    PreCopyP2pPrepare,
}
