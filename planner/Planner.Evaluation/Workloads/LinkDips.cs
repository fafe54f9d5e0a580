namespace Planner.Evaluation;

/// <summary>Times at which a link is nearly blocked.</summary>
/// <param name="EverySeconds">From the beginning of one dip to the beginning of the next; above 0.</param>
/// <param name="Share">What is left of the rate during a dip; in (0, 1].</param>
/// <param name="ForSeconds">How long a dip lasts; above 0 and shorter than <paramref name="EverySeconds"/>.</param>
public sealed record LinkDips(double EverySeconds, double Share, double ForSeconds);
