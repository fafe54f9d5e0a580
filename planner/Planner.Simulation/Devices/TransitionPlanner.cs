using System.Collections.Immutable;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Works out what a command to change the state will do: arc by arc with its latency, faults and deadline.</summary>
/// <param name="profile">The device.</param>
/// <param name="draws">Its random numbers.</param>
/// <param name="arcRuns">How often each arc has been run, by <see cref="SeriesOf"/>; the device counts.</param>
/// <param name="estimateFactor">What the device's own estimates are multiplied by.</param>
internal sealed class TransitionPlanner(DeviceProfile profile, Draws draws, long[] arcRuns, double estimateFactor)
{
    /// <summary>The number of series that <see cref="SeriesOf"/> tells apart.</summary>
    public const int SeriesCount = 64;

    // A device that knows its present load expects this quantile; its report of the worst case names the last one.
    private const double ExpectedShare = 0.99;
    private const double WorstShare = 0.9999;

    // 36 years: added to a time of CLOCK_MONOTONIC it still is a number.
    private const long LongestLimitNanoseconds = 1L << 60;

    private static readonly Arc ImageCheck = new(DeviceState.Resuming, DeviceState.Stop);

    /// <summary>The number of an arc's own series of random numbers.</summary>
    public static int SeriesOf(Arc arc) => ((int)arc.From * DeviceStates.Count) + (int)arc.To;

    /// <summary>What a later run of an arc is like.</summary>
    public ForetoldArc Foretell(Arc arc, int ahead)
    {
        var series = SeriesOf(arc);
        var run = arcRuns[series] + ahead;
        var duration = profile.LatencyOf(arc).QuantileNanoseconds(draws.Uniform(DrawKind.Latency, series, run), run);
        for (var i = 0; i < profile.Faults.Length; i++)
        {
            var fault = profile.Faults[i];
            if (fault.Arc == arc && draws.Uniform(DrawKind.Fault, (i * SeriesCount) + series, run) < fault.Probability)
            {
                return new ForetoldArc(duration, fault);
            }
        }

        return new ForetoldArc(duration, null);
    }

    /// <summary>The device's report of the worst latency over the arcs of a transition; null where it is refused.</summary>
    public long? WorstNanoseconds(Arc arc)
    {
        if (!MigrationStateMachine.TryGetPath(arc.From, arc.To, profile.Capabilities, out var path))
        {
            return null;
        }

        return path.Sum(a => (long)(estimateFactor * profile.LatencyOf(a) switch
        {
            { Worst: { } worst } => worst.Ticks * TimeSpan.NanosecondsPerTick,
            var latency => latency.QuantileNanoseconds(WorstShare, arcRuns[SeriesOf(a)]),
        }));
    }

    /// <summary>What a command does.</summary>
    /// <param name="state">The state now.</param>
    /// <param name="target">The state to reach.</param>
    /// <param name="now">When the device begins, in nanoseconds.</param>
    /// <param name="deadline">When it has to be reached; null if there is no deadline.</param>
    /// <param name="arcLimits">Limits of single arcs (shape C).</param>
    /// <param name="imageIsComplete">Whether RESUMING may be left for STOP.</param>
    public TransitionPlan Plan(
        DeviceState state, DeviceState target, long now, long? deadline, IReadOnlyDictionary<Arc, long> arcLimits, bool imageIsComplete)
    {
        if (!MigrationStateMachine.TryGetPath(state, target, profile.Capabilities, out var path) || deadline <= 0)
        {
            return Ended([], ArcOutcome.Failed, Errno.EINVAL, state, now, 0);
        }

        if (deadline is not null && profile.Deadline.Shape == DeadlineShape.None)
        {
            return Ended([], ArcOutcome.Failed, Errno.ENOTTY, state, now, 0);
        }

        var estimates = path.ToDictionary(a => a, ExpectedNanoseconds);
        var predicted = estimates.Values.Sum();
        if (deadline is { } given && profile.Deadline.Shape == DeadlineShape.C)
        {
            arcLimits = DealOut(given - now, estimates, predicted);
            deadline = null;
        }

        if (now + predicted > deadline || path.Any(a => arcLimits.TryGetValue(a, out var limit) && estimates[a] > limit))
        {
            return Ended([], ArcOutcome.Refused, Errno.ETIME, state, now, predicted);
        }

        return Walk(path, state, now, predicted, deadline, arcLimits, imageIsComplete);
    }

    private TransitionPlan Walk(
        ImmutableArray<Arc> path, DeviceState state, long now, long predicted, long? deadline, IReadOnlyDictionary<Arc, long> arcLimits, bool imageIsComplete)
    {
        var arcs = ImmutableArray.CreateBuilder<PlannedArc>(path.Length);
        var outcome = ArcOutcome.Completed;
        foreach (var arc in path)
        {
            if (arc == ImageCheck && !imageIsComplete)
            {
                return Ended(arcs, ArcOutcome.Failed, Errno.EINVAL, state, now, predicted);
            }

            var (duration, fault) = Foretell(arc, 0);
            var end = now + duration;
            var limit = Math.Min(deadline ?? long.MaxValue, arcLimits.TryGetValue(arc, out var own) ? now + Math.Min(own, LongestLimitNanoseconds) : long.MaxValue);
            if (end > limit && profile.Deadline.CanAbortInFlight)
            {
                arcs.Add(new PlannedArc(arc, now, limit, ArcOutcome.AbortedInFlight, state));
                return Ended(arcs, ArcOutcome.AbortedInFlight, Errno.ETIMEDOUT, state, limit, predicted);
            }

            if (fault is not null)
            {
                arcs.Add(new PlannedArc(arc, now, end, ArcOutcome.Failed, fault.LeavesState));
                return Ended(arcs, ArcOutcome.Failed, fault.Errno, fault.LeavesState, end, predicted);
            }

            outcome = end > limit ? ArcOutcome.CompletedLate : outcome;
            arcs.Add(new PlannedArc(arc, now, end, end > limit ? ArcOutcome.CompletedLate : ArcOutcome.Completed, arc.To));
            (state, now) = (arc.To, end);
        }

        return Ended(arcs, outcome, Errno.None, state, now, predicted);
    }

    private long ExpectedNanoseconds(Arc arc) =>
        (long)(estimateFactor * profile.LatencyOf(arc).QuantileNanoseconds(ExpectedShare, arcRuns[SeriesOf(arc)]));

    // Shape C knows no deadline: each arc gets the part of the time that its estimate has in the whole.
    private static Dictionary<Arc, long> DealOut(long left, Dictionary<Arc, long> estimates, long predicted) =>
        estimates.ToDictionary(e => e.Key, e => predicted == 0 ? left : (long)(left * ((double)e.Value / predicted)));

    private static TransitionPlan Ended(
        IEnumerable<PlannedArc> arcs, ArcOutcome outcome, Errno errno, DeviceState state, long end, long predicted) =>
        new([.. arcs], outcome, errno, state, end, predicted);
}
