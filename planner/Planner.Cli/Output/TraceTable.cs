using System.Globalization;
using System.Text.Json;
using Planner.Evaluation;
using Planner.Measurements;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Makes and prints what a rule would have made of recorded migrations.</summary>
internal static class TraceTable
{
    private const int MostRowsOfRemaining = 16;

    /// <summary>What a rule made of a recorded migration under QEMU.</summary>
    public static TraceReport Report(RecordingReplay replay, RuleOutcome outcome, string rule, double limitSeconds, double confidence) =>
        Report(replay.Recording.Name, outcome, rule, limitSeconds, confidence) with
        {
            Completed = !replay.Recording.NeverCompleted,
            RecordedCompletionSeconds = replay.Recording.Outcome?.TotalSeconds,
            RemainingErrorP50Share = replay.RemainingErrorAt(0.5),
            RemainingErrorP90Share = replay.RemainingErrorAt(0.9),
            Remaining = replay.Recording.NeverCompleted ? [.. replay.MomentsInOrder.Where(m => m.IsSync).Select(m => new RemainingAt(m.ElapsedSeconds, m.RamBytes))] : null,
        };

    /// <summary>What a rule made of a recorded session with devices.</summary>
    public static TraceReport Report(DeviceReplay replay, RuleOutcome outcome, string rule, double limitSeconds, double confidence) =>
        Report(replay.Recording.Name, outcome, rule, limitSeconds, confidence) with
        {
            Completed = replay.Recording.IsCompleted,
            RecordedCompletionSeconds = replay.Recording.IsCompleted ? replay.Recording.EndedSeconds : null,
        };

    /// <summary>Prints traces for people.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<TraceReport> reports)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("trace").AddColumn("verdict");
        foreach (var column in new[] { "commit", "blackout", "bound", "completion", "oracle's", "recorded", "remaining p50", "p90" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            table.AddRow(
                Markup.Escape(report.Trace),
                report.Violated == true ? "over the limit" : report.Verdict,
                DecisionTable.Seconds(report.CommitSeconds),
                DecisionTable.Seconds(report.BlackoutSeconds),
                DecisionTable.Bound(report.BoundSeconds),
                DecisionTable.Seconds(report.CompletionSeconds),
                DecisionTable.Seconds(report.OracleCompletionSeconds),
                report.Completed ? DecisionTable.Seconds(report.RecordedCompletionSeconds) : "never completed",
                RuleTable.Percent(report.RemainingErrorP50Share),
                RuleTable.Percent(report.RemainingErrorP90Share));
        }

        console.WriteTable(table);
        foreach (var report in reports.Where(r => r.BlackoutSeconds is not null && r.BlackoutFrom != Word(BlackoutSource.Measured)))
        {
            console.WriteLine($"The blackout of {report.Trace} was never measured: it is {From(report.BlackoutFrom!)}.");
        }
    }

    /// <summary>Prints what was left over time of a migration that never completed.</summary>
    public static void PrintRemaining(IAnsiConsole console, TraceReport report)
    {
        if (report.Remaining is not { Count: > 0 } syncs)
        {
            return;
        }

        var (least, most) = (syncs.MinBy(s => s.Bytes)!, syncs.Max(s => s.Bytes));
        var range = most > least.Bytes
            ? $"from {Quantity.FormatBytes(least.Bytes)} (after {DecisionTable.Seconds(least.ElapsedSeconds)}) to {Quantity.FormatBytes(most)} were left"
            : $"{Quantity.FormatBytes(most)} were left each time";
        console.WriteLine($"{report.Trace} never completed: at its {syncs.Count} dirty syncs {range}.");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("after").RightAligned()).AddColumn(new TableColumn("left").RightAligned());
        foreach (var sync in syncs.Where((s, i) => i % ((syncs.Count + MostRowsOfRemaining - 1) / MostRowsOfRemaining) == 0 || s == least || i == syncs.Count - 1))
        {
            table.AddRow(DecisionTable.Seconds(sync.ElapsedSeconds), Quantity.FormatBytes(sync.Bytes));
        }

        console.WriteTable(table);
    }

    /// <summary>Prints every rule on migrations that never completed: where each would have committed.</summary>
    public static void PrintNeverCompleted(IAnsiConsole console, IReadOnlyList<TraceReport> reports)
    {
        console.MarkupLine("[bold]Never completed: where each rule would have committed[/]");
        var table = new Table().Border(TableBorder.Simple).AddColumn("trace").AddColumn("rule");
        foreach (var column in new[] { "limit", "confidence", "commit", "left then", "blackout" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            var left = report.Remaining?.LastOrDefault(r => r.ElapsedSeconds <= report.CommitSeconds);
            table.AddRow(
                Markup.Escape(report.Trace), report.Rule, DecisionTable.Seconds(report.LimitSeconds), report.Confidence.ToString(CultureInfo.InvariantCulture),
                report.CommitSeconds is null ? "never" : DecisionTable.Seconds(report.CommitSeconds),
                left is null ? "-" : Quantity.FormatBytes(left.Bytes), DecisionTable.Seconds(report.BlackoutSeconds));
        }

        console.WriteTable(table);
        foreach (var from in reports.Where(r => r.BlackoutSeconds is not null).Select(r => r.BlackoutFrom!).Distinct())
        {
            console.WriteLine($"These blackouts were never measured: they are {From(from)}.");
        }
    }

    private static TraceReport Report(string trace, RuleOutcome outcome, string rule, double limitSeconds, double confidence) => new()
    {
        Trace = trace,
        Rule = rule,
        LimitSeconds = limitSeconds,
        Confidence = confidence,
        Verdict = outcome.CommitSeconds is null ? "stayed" : "committed",
        Completed = true,
        Decisions = outcome.Decisions,
        CommitSeconds = outcome.CommitSeconds,
        BlackoutSeconds = outcome.BlackoutSeconds,
        BlackoutFrom = outcome.CommitSeconds is null ? null : Word(outcome.BlackoutFrom),
        BoundSeconds = outcome.BoundSeconds,
        Violated = outcome.BlackoutSeconds is { } blackout ? blackout > limitSeconds : null,
        CompletionSeconds = outcome.CompletionSeconds,
        OracleCompletionSeconds = outcome.OracleCompletionSeconds,
    };

    private static string Word(BlackoutSource source) => JsonNamingPolicy.CamelCase.ConvertName(source.ToString());

    private static string From(string source) =>
        source == Word(BlackoutSource.OtherStopPhases) ? "what was left over the rate of other stop phases"
        : source == Word(BlackoutSource.PreCopyRate) ? "what was left over the rate of its own pre-copy, and a stop phase is often faster"
        : "what the model predicted";
}
