namespace Planner.Estimators;

/// <summary>One measured quantity that the blackout is made of.</summary>
/// <param name="Kind">What it measures.</param>
/// <param name="Device">The number of the device, from 0; -1 for what is not of one device.</param>
/// <param name="Arc">The arc and its stages; meaningless for other kinds.</param>
/// <param name="Samples">The samples in the unit of the kind.</param>
public sealed record BlackoutTerm(TermKind Kind, int Device, StagedArc Arc, Samples Samples);
