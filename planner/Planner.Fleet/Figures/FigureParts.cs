namespace Planner.Fleet;

/// <summary>How many machines of an SLA class can be moved at the best bandwidth of their hosts.</summary>
/// <param name="Class">The class; "none" for machines to which nothing is promised.</param>
/// <param name="Machines">The machines of the class.</param>
/// <param name="AsTheyAre">Those that can be moved as they are.</param>
/// <param name="WithLimit">Those that can with a dirty-rate limit that the class allows.</param>
/// <param name="TooSlow">Those that cannot.</param>
public sealed record ClassFeasibility(string Class, int Machines, int AsTheyAre, int WithLimit, int TooSlow);

/// <summary>A curve of a figure.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Points">Its points.</param>
public sealed record FigureCurve(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>How the bound on a machine's blackout depends on something.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="LimitSeconds">What its class allows.</param>
/// <param name="Points">The bound in seconds at each value.</param>
public sealed record WhatIfCurve(string Machine, double LimitSeconds, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A foretold share of past moves beside the share that was seen.</summary>
/// <param name="Foretold">The share that should be done by the foretold time.</param>
/// <param name="Seen">The share that was, foretold from the other moves alone.</param>
/// <param name="Moves">How many moves were looked at.</param>
public sealed record CalibrationPoint(double Foretold, double Seen, int Moves);
