using System.Globalization;

namespace Planner.Hypervisors;

/// <summary>What of a domain's migration is set before it begins, and put back after it.</summary>
/// <param name="MaxDowntimeMilliseconds">The max downtime; null for a side that has none to put back.</param>
internal sealed record LibvirtSettings(ulong? MaxDowntimeMilliseconds)
{
    private const string Key = "maxDowntimeMilliseconds=";

    /// <summary>Reads a text that <see cref="ToText"/> wrote.</summary>
    /// <returns>The settings; null if it is no such text.</returns>
    public static LibvirtSettings? Parse(string text) =>
        text.Length == 0 || text == "{}" ? new LibvirtSettings((ulong?)null)
        : text.StartsWith(Key, StringComparison.Ordinal) && ulong.TryParse(text[Key.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? new LibvirtSettings(milliseconds)
            : null;

    /// <summary>Writes the settings as one line.</summary>
    public string ToText() => MaxDowntimeMilliseconds is { } milliseconds ? string.Create(CultureInfo.InvariantCulture, $"{Key}{milliseconds}") : "";
}
