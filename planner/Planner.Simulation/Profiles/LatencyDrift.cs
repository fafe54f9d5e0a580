namespace Planner.Simulation;

/// <summary>A change of a latency's level: a step after some draws, and from there perhaps a ramp to another level.</summary>
/// <param name="StepTo">The factor after the step.</param>
/// <param name="After">The number of draws before the step.</param>
/// <param name="RampTo">The factor at the end of the ramp; equal to <paramref name="StepTo"/> if there is none.</param>
/// <param name="Over">The length of the ramp in draws; 0 if there is none.</param>
public sealed record LatencyDrift(double StepTo, int After, double RampTo, int Over)
{
    /// <summary>The highest factor that is ever reached.</summary>
    public double HighestFactor => Math.Max(1, Math.Max(StepTo, RampTo));

    /// <summary>The factor on a draw.</summary>
    /// <param name="earlierDraws">How many draws came before it.</param>
    public double Factor(long earlierDraws)
    {
        if (earlierDraws < After)
        {
            return 1;
        }

        var share = Over == 0 ? 1 : Math.Min((double)(earlierDraws - After) / Over, 1);
        return Over == 0 ? StepTo : StepTo + ((RampTo - StepTo) * share);
    }
}
