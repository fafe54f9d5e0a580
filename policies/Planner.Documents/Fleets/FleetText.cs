using Planner.Policies;

namespace Planner.Documents;

/// <summary>Reads a fleet and its task from YAML (<c>kind: Fleet</c>). Unknown keys, wrong units, impossible values, names that are not there and contradictions are refused with line and
/// column.</summary>
public static class FleetText
{
    /// <summary>The largest file that is read, in characters: some 500,000 machines.</summary>
    public const int MaximumLength = 64 * 1024 * 1024;

    private const string Kind = "Fleet";

    /// <summary>Reads the one fleet of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="names">The SLA classes and profiles that it may name.</param>
    /// <exception cref="DocumentException">The text is not valid; the message has line and column.</exception>
    public static FleetSpec Read(string text, string file, FleetNames names)
    {
        var root = YamlText.Read(text, file, Kind, MaximumLength);
        if (root.OptionalMap("metadata") is { } metadata)
        {
            metadata.String("name");
            metadata.Finish();
        }

        var spec = root.Map("spec");
        var fleet = new FleetReader(spec, names).Read();
        spec.Finish();
        root.Finish();
        return fleet;
    }
}
