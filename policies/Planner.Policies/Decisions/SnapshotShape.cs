namespace Planner.Policies;

/// <summary>Whether two snapshots of one machine differ in samples and in the moment alone, so that the blackout has the same terms in both.</summary>
internal static class SnapshotShape
{
    /// <summary>Whether they do.</summary>
    public static bool IsSame(DecisionSnapshot one, DecisionSnapshot other) =>
        IsSame(one.Sla, other.Sla)
        && IsSame(one.Ram, other.Ram)
        && (one.DevicesInSeries, one.WholeOnly, one.TermsOfLikeMachines, one.Place, one.FirstGuess, one.HostIsBusy) == (other.DevicesInSeries, other.WholeOnly, other.TermsOfLikeMachines, other.Place, other.FirstGuess, other.HostIsBusy)
        && AreSame(one.Devices, other.Devices, IsSame);

    private static bool IsSame(SlaTerms? one, SlaTerms? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one with { ElapsedSeconds = other.ElapsedSeconds, PausedSeconds = other.PausedSeconds } == other);

    private static bool IsSame(RamEvidence? one, RamEvidence? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one with { DirtyWindows = other.DirtyWindows } == other && ReferenceEquals(one.DirtyWindows, other.DirtyWindows));

    private static bool IsSame(DeviceEvidence one, DeviceEvidence other) =>
        ReferenceEquals(one, other)
        || ((one.Name, one.Class, one.State, one.StateBytes, one.StateSecondsAssumed) == (other.Name, other.Class, other.State, other.StateBytes, other.StateSecondsAssumed)
            && (one.StateSizeRatios.Count > 0, one.StateSeconds.Count > 0) == (other.StateSizeRatios.Count > 0, other.StateSeconds.Count > 0)
            && AreSame(one.Flags, other.Flags, string.Equals)
            && AreSame(one.DestinationFlags, other.DestinationFlags, string.Equals)
            && AreSame(one.Arcs, other.Arcs, IsSame));

    private static bool IsSame(ArcEvidence one, ArcEvidence other) =>
        ReferenceEquals(one, other)
        || (one.From, one.To, one.Assumed, one.IsGuess, one.WorstSeconds, one.Seconds.Count > 0) == (other.From, other.To, other.Assumed, other.IsGuess, other.WorstSeconds, other.Seconds.Count > 0);

    private static bool AreSame<T>(IReadOnlyList<T> some, IReadOnlyList<T> others, Func<T, T, bool> isSame)
    {
        if (ReferenceEquals(some, others))
        {
            return true;
        }

        var i = 0;
        while (i < Math.Min(some.Count, others.Count) && isSame(some[i], others[i]))
        {
            i++;
        }

        return i == some.Count && i == others.Count;
    }
}
