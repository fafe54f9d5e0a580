using System.Globalization;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints attempts for people.</summary>
internal static class AttemptTable
{
    // What identifiers made in one day differ in comes after their time.
    private const int ShownOfId = 18;

    /// <summary>Prints a list, and how the promises in it were kept.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<MigrationAttempt> attempts)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["attempt", "ended (UTC)", "machine", "class", "what", "outcome"])
        {
            table.AddColumn(column);
        }

        foreach (var column in (string[])["paused", "limit", "bound"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var attempt in attempts)
        {
            table.AddRow(
                Markup.Escape(attempt.Id.Length > ShownOfId ? attempt.Id[..ShownOfId] : attempt.Id),
                Time(attempt.Ended),
                Markup.Escape(attempt.Machine),
                Markup.Escape(attempt.SlaClass.Length > 0 ? attempt.SlaClass : "-"),
                attempt.Kind is { } kind ? AttemptReport.Word(kind) : "-",
                $"{MigrationReport.Word(attempt.Outcome)}{(attempt.IsViolation && attempt.Outcome != MigrationOutcome.CompletedOverLimit ? ", over the limit" : "")}",
                !attempt.ArePausesKnown ? "unknown" : attempt.WasPaused ? Quantity.FormatUp(attempt.Pauses.AtMost) : "none",
                attempt.Limit is { } limit ? Quantity.Format(limit) : "-",
                attempt.LastDecision?.Bound is { } bound ? Quantity.FormatUp(bound) : "-");
        }

        console.WriteTable(table);
        foreach (var tally in PromiseTally.Count(attempts))
        {
            console.WriteLine(Sentence(tally));
        }
    }

    /// <summary>Tells the story of one attempt: what was asked, decided and done, each decision made again from its recorded input.</summary>
    public static void Explain(IAnsiConsole console, MigrationAttempt attempt, Func<AttemptDecision, ExplainedDecision?> explain)
    {
        var what = attempt.Kind switch
        {
            AttemptKind.Recovery => $"a recovery of {attempt.Recovers}",
            { } kind => $"a {AttemptReport.Word(kind)}",
            null => "an attempt that an earlier planner wrote down",
        };
        console.WriteLine($"{attempt.Id}: {what} of {attempt.Machine}, {Time(attempt.Started)} to {Time(attempt.Ended)} UTC{(attempt.AskedBy is { } who ? $", asked for by {who}" : "")}.");
        console.WriteLine($"From {Side(attempt.Source)} to {Side(attempt.Destination)}.");
        if (attempt.Limit is { } limit)
        {
            var confidence = attempt.Confidence is { } share ? $" in {(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} % of attempts" : "";
            console.WriteLine($"Promised: at most {Quantity.Format(limit)} of pause{confidence}, by the class '{attempt.SlaClass}'{(attempt.Rule is { } rule ? $", rule {rule}" : "")}.");
        }

        foreach (var decision in attempt.Decisions)
        {
            var gate = decision.Gate is { } number ? $"gate {number}" : "decision";
            var after = decision.After is { } at ? $" after {Quantity.Format(at)}" : "";
            console.WriteLine($"{gate}{after}: {decision.Reason}");
            if (decision.Snapshot is not null)
            {
                PrintAgain(console, decision, explain);
            }
        }

        console.WriteLine(Pauses(attempt));
        console.WriteLine($"{MigrationReport.Word(attempt.Outcome)}: {attempt.Reason}");
        foreach (var score in attempt.Scores)
        {
            console.WriteLine($"{(score.Span == BlackoutSpan.Whole ? "Blackout" : "After the quiesce")}: {Quantity.Format(score.Predicted)} predicted, {Quantity.Format(score.Actual)} {(score.IsCutOff ? "until it was given up, which ranks above all others" : "happened")}.");
        }
    }

    private static void PrintAgain(IAnsiConsole console, AttemptDecision decision, Func<AttemptDecision, ExplainedDecision?> explain)
    {
        if (explain(decision) is not { } again)
        {
            console.WriteLine("  Its recorded input cannot be read by this planner.");
            return;
        }

        DecisionTable.Print(console, again);
        if (decision.Verdict is { } verdict && AttemptReport.Word(verdict) != again.Verdict)
        {
            console.WriteLine($"  This planner would say {again.Verdict} where {AttemptReport.Word(verdict)} was said.");
        }
    }

    private static string Pauses(MigrationAttempt attempt)
    {
        if (!attempt.ArePausesKnown)
        {
            return "How long the guest was paused is not known.";
        }

        if (attempt.Pauses.Total is not { AtMost.Ticks: > 0 } total)
        {
            return "The guest was not paused.";
        }

        var exactly = total.Uncertainty > TimeSpan.Zero ? $", between {Quantity.Format(total.AtLeast)} and {Quantity.Format(total.AtMost)}" : "";
        return $"The guest was paused for {Quantity.Format(total.Length)}{exactly}, by {total.Basis}: {Timeline.Parts(attempt.Pauses)}.{(attempt.IsViolation ? " That is longer than was promised, or may be." : "")}";
    }

    private static string Sentence(PromiseTally tally)
    {
        if (tally.Share is not { } share)
        {
            return $"{tally.Name}: no guest was paused in {Count(tally.Attempts, "attempt")}.";
        }

        var (low, high) = tally.Interval;
        var allowed = tally.AllowedMisses is { } misses ? $"; promised: at most {Percent(misses)}" : "";
        var machines = tally.Machines.Count > 0 ? $" By machine: {string.Join(", ", tally.Machines.Take(5).Select(m => $"{m.Name} {m.Violations} of {m.Paused}"))}{(tally.Machines.Count > 5 ? " and others" : "")}." : "";
        return $"{tally.Name}: {tally.Violations} of {Count(tally.Paused, "attempt")} with a pause were paused longer than the limit ({Percent(share)}, 95 % interval {Percent(low)} to {Percent(high)}{allowed}).{machines}";
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Percent(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} %";

    private static string Side(AttemptSide side) =>
        $"{side.Address}{(side.Class is { } name ? $" ({name})" : "")}{(side.Host is { } host ? $", driven from {host}" : "")}";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
