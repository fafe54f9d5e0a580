namespace Planner.Policies;

/// <summary>What changes from one evaluation to the next while the prepared tables stay.</summary>
/// <param name="ElapsedSeconds">How long the migration has run.</param>
/// <param name="PausedSeconds">How long the guest has been paused in this blackout; 0 before gate 2.</param>
/// <param name="RamRemainingBytes">Memory still to send.</param>
/// <param name="StateBytes">Device state that the stop phase will carry, all devices together.</param>
/// <param name="Quiesced">Whether every device is in its P2P state: the quiesce stage is behind.</param>
public readonly record struct DecisionMoment(
    double ElapsedSeconds,
    double PausedSeconds,
    long RamRemainingBytes,
    long StateBytes,
    bool Quiesced);
