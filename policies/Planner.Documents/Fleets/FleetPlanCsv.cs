using System.Globalization;
using System.Text;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>A plan as CSV (RFC 4180): a row for each move, and one for each machine that cannot move.</summary>
public static class FleetPlanCsv
{
    private const string Head = "machine,from,to,startSeconds,p50Seconds,p95Seconds,bytesPerSecond,dirtyRateLimitBytesPerSecond,blackoutBoundSeconds,blockedReason,cheapestChange";

    /// <summary>Writes a plan.</summary>
    public static string Write(FleetPlan plan)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (var move in plan.Moves)
        {
            Row(text, move.Machine, move.From, move.To, move.StartSeconds, move.P50Seconds, move.P95Seconds, move.BytesPerSecond, move.DirtyRateLimitBytesPerSecond, move.BlackoutBoundSeconds, null, null);
        }

        foreach (var blocked in plan.Blocked)
        {
            Row(text, blocked.Machine, null, null, null, null, null, null, null, null, blocked.Reason, blocked.CheapestChange);
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, params ReadOnlySpan<object?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(i > 0 ? "," : "").Append(Cell(cells[i]));
        }

        text.Append('\n');
    }

    private static string Cell(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        if (value is not string)
        {
            return text;
        }

        // A spreadsheet takes what begins like this for a formula.
        text = text.Length > 0 && (text[0] is '=' or '+' or '-' or '@' or '\t') ? $"'{text}" : text;
        return text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
