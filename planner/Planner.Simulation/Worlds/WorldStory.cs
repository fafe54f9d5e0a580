using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Tells a simulated world line by line.</summary>
internal static class WorldStory
{
    /// <summary>What the marks mean.</summary>
    public const string Legend = "Legend: S0, D0: device 0 on the source and on the destination; '>' it is sent to a state, '=' it has reached one ('~' without what its guest left in it), '#' a step in the journal, '?' a decision, '!' the end of a process.";

    /// <summary>The lines in the order of time.</summary>
    public static IEnumerable<string> Tell(WorldHistory history) =>
        history.Commands.Select(c => (At: c.Begin, Rank: 1, Text: $"{Name(c.Side, c.Device)} > {c.Target?.Name() ?? "reset"}{(c.End == long.MaxValue ? ", which never ends" : "")}"))
            .Concat(history.Changes.Select(c => (c.At, Rank: 2, Text: $"{Name(c.Side, c.Device)} = {c.State?.Name() ?? "gone"}{(c.HasGuest || c.Side == MigrationSide.Destination ? c.HasGuest && c.Side == MigrationSide.Destination ? ", with the guest's state" : "" : " ~")}")))
            .Concat(history.Noted.Select(n => (n.At, Rank: 0, Text: $"# {n.Entry.Kind}{Device(n.Entry)}")))
            .Concat(history.Sessions.SelectMany(s => s.Decisions.Select(d => (At: s.Start, Rank: 3, Text: $"? gate {d.Gate} {d.Verdict}: {d.Reason}"))))
            .Concat(history.Sessions.Select(s => (At: s.End, Rank: 4, Text: $"! {s.Kind} {s.Outcome?.ToString() ?? "killed"}: {s.Reason}")))
            .OrderBy(l => l.At).ThenBy(l => l.Rank)
            .Select(l => $"{l.At / 1e9,12:0.000000}  {l.Text}");

    private static string Device(JournalEntry entry) => entry.Kind is JournalEntryKind.ArcBegun or JournalEntryKind.ArcEnded or JournalEntryKind.ResetBegun
        ? $" {Name(entry.Side, entry.Device)} {entry.Arc}{(entry.Kind == JournalEntryKind.ArcEnded ? $" {entry.Outcome}" : "")}"
        : "";

    private static string Name(MigrationSide side, int device) => $"{(side == MigrationSide.Source ? 'S' : 'D')}{device}";
}
