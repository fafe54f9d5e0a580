using System.Text.Json;

namespace Planner.KernelTests;

/// <summary>What <c>planner migrate --output json</c> said, and how it ended. Fields that it did not print are null.</summary>
internal sealed record PlannerReport
{
    /// <summary>The exit status.</summary>
    public required int Exit { get; init; }

    /// <summary>What it wrote to standard error.</summary>
    public required string Error { get; init; }

    /// <summary>Such as <c>completed</c> or <c>stayed</c>; empty if there was no report.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Why; if there was no report, what it wrote to standard error.</summary>
    public required string Reason { get; init; }

    /// <summary>What its last decision rests on, and what would have let it commit; empty if there was none.</summary>
    public string Decision { get; init; } = "";

    public TimeSpan? Blackout { get; init; }

    public TimeSpan? Uncertainty { get; init; }

    public TimeSpan? Bound { get; init; }

    /// <summary>How the bound was made; empty if there was none.</summary>
    public string Method { get; init; } = "";

    /// <summary>The parts of the blackout, by name and device.</summary>
    public IReadOnlyList<ReportedTerm> Terms { get; init; } = [];

    /// <summary>Reads what the planner wrote.</summary>
    public static PlannerReport Parse(int exit, string output, string error)
    {
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith('{'));
        if (line is null)
        {
            return new() { Exit = exit, Error = error, Reason = error.Trim() };
        }

        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var decision = Object(root, "decision");
        var blackout = Object(decision, "blackout");
        return new()
        {
            Exit = exit,
            Error = error,
            Outcome = Text(root, "outcome"),
            Reason = Text(root, "reason"),
            Decision = decision.ValueKind == JsonValueKind.Object ? decision.GetRawText() : "",
            Blackout = Seconds(root, "pausedSeconds"),
            Uncertainty = Seconds(root, "blackoutUncertaintySeconds"),
            Bound = Seconds(root, "boundSeconds") ?? Seconds(blackout, "boundSeconds"),
            Method = Text(blackout, "method"),
            Terms = root.TryGetProperty("terms", out var terms) && terms.ValueKind == JsonValueKind.Array
                ? [.. terms.EnumerateArray().Select(t => new ReportedTerm(Text(t, "term"), Text(t, "device"), Seconds(t, "actualSeconds")))]
                : [],
        };
    }

    private static JsonElement Object(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private static string Text(JsonElement parent, string name) =>
        Object(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static TimeSpan? Seconds(JsonElement parent, string name) =>
        Object(parent, name) is { ValueKind: JsonValueKind.Number } value ? TimeSpan.FromSeconds(value.GetDouble()) : null;
}
