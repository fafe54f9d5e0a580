namespace Planner.Fleet;

/// <summary>What a report on a plan shows beside the plan.</summary>
/// <param name="Classes">Who can be moved within which SLA class.</param>
/// <param name="Links">How full the busiest links are over time.</param>
/// <param name="OverBandwidth">Bounds on blackouts against the bandwidth in bytes per second, of the machines nearest to or beyond their limit.</param>
/// <param name="OverDirtyRateLimit">The same against a dirty-rate limit in bytes per second.</param>
/// <param name="Calibration">How often past moves kept to what the others foretell for them; empty without evidence.</param>
/// <param name="MostAtATime">The most moves at a time.</param>
/// <param name="FullestHostShare">How full of memory the fullest host that takes machines is at its fullest.</param>
public sealed record FleetFigures(
    IReadOnlyList<ClassFeasibility> Classes,
    IReadOnlyList<FigureCurve> Links,
    IReadOnlyList<WhatIfCurve> OverBandwidth,
    IReadOnlyList<WhatIfCurve> OverDirtyRateLimit,
    IReadOnlyList<CalibrationPoint> Calibration,
    int MostAtATime,
    double FullestHostShare);
