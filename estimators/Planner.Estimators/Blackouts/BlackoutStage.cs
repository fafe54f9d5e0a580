namespace Planner.Estimators;

/// <summary>The stages of a blackout that devices walk arcs in, in their order. All devices wait for each other at the end of every stage;
/// the transfer of what remains lies between <see cref="Stop"/> and <see cref="Load"/>.</summary>
public enum BlackoutStage
{
    /// <summary>On the source, into the P2P state.</summary>
    Quiesce,

    /// <summary>On the source, on to STOP_COPY.</summary>
    Stop,

    /// <summary>On the destination, out of RESUMING: the state takes effect.</summary>
    Load,

    /// <summary>On the destination, into RUNNING_P2P.</summary>
    Start,

    /// <summary>On the destination, into RUNNING.</summary>
    Run,
}
