namespace Planner.KernelTests;

/// <summary>What the study has to show.</summary>
/// <param name="results">Its migrations.</param>
internal sealed class StudyVerdicts(IReadOnlyList<StudyResult> results)
{
    private const double OneMinusConfidence = 0.1;
    private const string Older = "10.0", Newer = "11.1";

    private readonly List<StudyResult> _planner = [.. results.Where(r => r.Rule == "planner")];

    public void Every_guest_is_whole_afterwards_and_runs_on_one_side()
    {
        var broken = results.Where(r => !r.Whole).ToList();
        Say($"{results.Count - broken.Count} of {results.Count}");
        Check.That(broken.Count == 0, string.Join("; ", broken.Select(r => $"{r.Machine} {r.Qemu} {r.N} {r.Rule}: {r.Reason}").Take(5)));
    }

    public void The_blackout_on_11_1_is_reported_to_5_ms()
    {
        var errors = Errors(Newer);
        SayErrors(errors);
        Check.That(errors.All(e => e.Milliseconds <= 5), "a report is further off");
    }

    public void The_blackout_on_10_0_is_reported_within_its_stated_uncertainty_of_at_most_10_ms_and_to_5_ms_on_the_median()
    {
        var errors = Errors(Older);
        SayErrors(errors);
        var (within, stated) = (errors.Count(e => e.Milliseconds <= e.Result.UncertaintySeconds * 1e3), errors.Count(e => e.Result.UncertaintySeconds <= 0.010));
        Say($"{within} of {errors.Count} within the stated uncertainty, {stated} with one of at most 10 ms");
        Check.That(within == errors.Count && stated == errors.Count, "a report is outside of its uncertainty, or without one of at most 10 ms");
        Check.That(errors.Count == 0 || Median(errors.Select(e => e.Milliseconds)) <= 5, "the median is further off");
    }

    public void The_bound_holds_as_often_as_it_says_on_10_0() => BoundHolds(Older);

    public void The_bound_holds_as_often_as_it_says_on_11_1() => BoundHolds(Newer);

    public void The_bound_is_at_most_one_and_a_half_times_the_blackout_on_the_median()
    {
        var ratios = _planner.Where(r => r is { Committed: true, BoundSeconds: not null }).Select(r => r.BoundSeconds!.Value / r.TruthSeconds!.Value).ToList();
        Check.That(ratios.Count > 0, "no committed migration has a bound");
        Say($"{Median(ratios):0.00} of {ratios.Count}");
        Check.That(Median(ratios) <= 1.5, $"it is {Median(ratios):0.00}");
    }

    public void The_limit_is_kept_as_often_as_it_says()
    {
        foreach (var group in _planner.GroupBy(r => r.Qemu))
        {
            AtMost(group.Count(r => r.IsOver), group.Count(), $"over the limit on {group.Key}");
        }
    }

    public void Of_what_fits_and_is_known_nine_in_ten_are_committed()
    {
        var known = _planner.Where(r => r.Fits && r.N > MachineStudy.Accepted).ToList();
        var committed = known.Count(r => r.Committed);
        Say($"{committed} of {known.Count}");
        Check.That(committed >= known.Count * 0.9, $"{committed} of {known.Count}");
    }

    private void BoundHolds(string version)
    {
        var bounded = _planner.Where(r => r.Qemu == version && r is { Committed: true, BoundSeconds: not null }).ToList();
        AtMost(bounded.Count(r => r.TruthSeconds > r.BoundSeconds), bounded.Count, "over the bound");
        var without = _planner.Count(r => r.Qemu == version && r is { Committed: true, BoundSeconds: null });
        Say($"{without} were committed without a bound");
    }

    // As many as chance brings in 19 of 20 studies, if each has a chance of one in ten: 27 of 200, 9 of 50.
    private static void AtMost(int count, int of, string what)
    {
        var most = 0;
        for (double probability = Math.Pow(1 - OneMinusConfidence, of), sum = probability; sum < 0.95 && most < of; sum += probability)
        {
            probability *= (of - most) / (most + 1.0) * OneMinusConfidence / (1 - OneMinusConfidence);
            most++;
        }

        Say($"{count} of {of} {what}; at most {most}");
        Check.That(count <= most, $"{count} of {of} {what}, and not {most} at most");
    }

    private List<(StudyResult Result, double Milliseconds)> Errors(string version) =>
        [.. _planner.Where(r => r.Qemu == version && r is { Committed: true, ReportedSeconds: not null }).Select(r => (r, Math.Abs(r.ReportedSeconds!.Value - r.TruthSeconds!.Value) * 1e3))];

    private static void SayErrors(List<(StudyResult Result, double Milliseconds)> errors)
    {
        if (errors.Count > 0)
        {
            Say($"off by {Median(errors.Select(e => e.Milliseconds)):0.0} ms on the median and {errors.Max(e => e.Milliseconds):0.0} ms at most, of {errors.Count}");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static void Say(FormattableString text) => Console.WriteLine("# " + FormattableString.Invariant(text));
}
