namespace Planner.Estimators;

/// <summary>What a blackout has to do from a moment on.</summary>
/// <param name="RamBytes">Memory to send; at least 0.</param>
/// <param name="StateBytes">Device state to send, all devices together, as expected; at least 0.</param>
/// <param name="Quiesced">Whether the quiesce stage is behind.</param>
public readonly record struct BlackoutLoad(double RamBytes, double StateBytes, bool Quiesced);
