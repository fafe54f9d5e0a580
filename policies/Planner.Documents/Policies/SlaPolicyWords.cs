using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>SLA policies in words: what a policy means, and what in it may surprise.</summary>
public static class SlaPolicyWords
{
    private const int WindowsTold = 3;

    /// <summary>How many past blackouts of a machine carry a commit.</summary>
    /// <param name="policy">The class.</param>
    public static int NeededBlackouts(SlaPolicy policy) => ScoreTable.RequiredScores(new SlaTerms { Confidence = policy.Confidence }.AllowedMisses);

    /// <summary>What a policy means, a sentence a line.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="now">The time, for maintenance windows.</param>
    public static IReadOnlyList<string> Explain(SlaPolicy policy, DateTimeOffset now)
    {
        var allowed = 1 - policy.Confidence;
        var lines = new List<string>
        {
            $"Promise: of the attempts in which the guest is paused at all, {Percent(policy.Confidence)} pause it for at most {Quantity.Format(policy.BlackoutLimit)}.",
            $"Machines: {(policy.Selector.Count == 0 ? "all, where no other class names more of their labels" : $"those with the labels {Labels(policy.Selector)}")}; and those that are migrated with its name.",
            $"Evidence: a commit takes {NeededBlackouts(policy)} past blackouts of the machine, or as many machines like it; before that {Insufficient(policy.WhenEvidenceIsInsufficient)}.",
            $"Moment: the {(policy.Rule == SwitchoverRule.Calmest ? "calmest" : "earliest")} that fits{(policy.CompleteWithin is { } within ? $"; all is complete within {Quantity.Format(within)}, or the machine stays" : "")}. Devices are quiesced in vain at most {Counted(policy.QuiesceTries, "time")}.",
            $"Failure: {string.Concat(policy.OnFailure.Select(a => a == FailureAction.Reset ? "reset, then " : "unwind, then "))}a person. A guest that runs on with a device that lost its state {(policy.OnStateLost == StateLostAction.Accept ? "is accepted" : "is handed over to a person")}.",
            policy.DirtyRateFloorBytesPerSecond is { } floor ? $"Throttling: down to {UnitText.WriteRate(floor)}." : "Throttling: none.",
            policy.PostCopy == PostCopyUse.Never ? "Post-copy: never." : $"Post-copy: asked for where nothing fits. {PostCopyNote}",
        };
        if (policy.Attempts is { } attempts)
        {
            lines.Add($"Attempts: after {Counted(attempts.AtMost, "attempt")} in a row that left a machine where it is, it is left alone for a day; after the first the next one waits {Quantity.Format(attempts.BackOff)}, after each further one twice as long.");
        }

        if (policy.ErrorBudget is { } budget)
        {
            lines.Add($"Budget of a machine: {Quantity.Format(budget.Blackout)} of blackout in any {Quantity.Format(budget.Per)}, {budget.Blackout / policy.BlackoutLimit:0.##} blackouts at the limit. Once it is spent the machine stays.");
        }

        lines.Add($"Budget of the class: {Percent(allowed)} of the attempts may miss. Somebody is called when more than {Percent(BurnWindow.All[0].Threshold(allowed))} of an hour's, or {Percent(BurnWindow.All[1].Threshold(allowed))} of six hours' attempts miss, and there are enough of them to say so.");
        lines.AddRange(policy.MaintenanceWindows.Select(w => $"Window: {w.Cron} ({w.TimeZoneId}) for {Quantity.Format(w.Length)}; {Next(w, now)}."));
        lines.Add(policy.Mode == SlaMode.Shadow ? "Mode: shadow. Verdicts are told, and nothing is committed." : "Mode: active.");
        return lines;
    }

    /// <summary>What in the classes of a file may surprise, a sentence each: none of it is an error.</summary>
    /// <param name="policies">The classes.</param>
    /// <param name="now">The time, for maintenance windows.</param>
    public static IReadOnlyList<(string SlaClass, string Note)> Notes(IReadOnlyList<SlaPolicy> policies, DateTimeOffset now) =>
    [
        .. policies.SelectMany(p => NotesOf(p, now).Select(note => (p.Name, note))),
        .. policies.GroupBy(p => Labels(p.Selector), StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => (
            g.First().Name,
            $"it and {string.Join(", ", g.Skip(1).Select(p => $"'{p.Name}'"))} select the same machines; the strictest is taken.")),
    ];

    private const string PostCopyNote = "This planner does not do that: the machine stays instead.";

    private static IEnumerable<string> NotesOf(SlaPolicy policy, DateTimeOffset now)
    {
        if (policy.PostCopy == PostCopyUse.WhenNothingFits)
        {
            yield return $"postCopy: {PostCopyNote}";
        }

        if (policy.ErrorBudget is { } budget && budget.Blackout < policy.BlackoutLimit)
        {
            yield return "one blackout at the limit is more than the error budget, which so is the tighter limit.";
        }

        foreach (var window in policy.MaintenanceWindows)
        {
            if (window.ClosesAfter(now) is null && window.OpensAfter(now) is null)
            {
                yield return $"the maintenance window {window.Cron} never opens again.";
            }
            else if (policy.CompleteWithin > window.Length)
            {
                yield return $"the maintenance window {window.Cron} is shorter than completeWithin: in it a migration has {Quantity.Format(window.Length)} at the most.";
            }
        }
    }

    private static string Next(MaintenanceWindow window, DateTimeOffset now)
    {
        var openings = new List<string>();
        for (var at = now; openings.Count < WindowsTold && window.OpensAfter(at) is { } opens; at = opens)
        {
            openings.Add($"{opens.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        }

        return (window.ClosesAfter(now) is { } closes ? $"open until {closes.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; " : "")
            + (openings.Count > 0 ? $"opens {string.Join(", ", openings)}" : "it never opens again");
    }

    private static string Insufficient(InsufficientEvidenceAction action) => action switch
    {
        InsufficientEvidenceAction.Stay => "it stays",
        InsufficientEvidenceAction.WorstCase => "stated worst cases decide, or it stays",
        _ => "a model without proof decides",
    };

    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Join(", ", labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    private static string Percent(double share) => $"{share * 100:0.####} %";

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
