using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Planner.Documents;

/// <summary>
/// One mapping of a YAML file, read key by key. Keys that nobody asked for are refused by <see cref="Finish"/>,
/// so a reader first takes all it knows and then calls it.
/// </summary>
public sealed class YamlMap
{
    /// <summary>Reads a value from a text; false if the text is no such value.</summary>
    public delegate bool Parser<T>(string text, out T value);

    private readonly YamlMappingNode _node;
    private readonly string _file;
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = [];
    private readonly HashSet<string> _taken = [];
    private readonly HashSet<string> _known = [];

    private YamlMap(YamlMappingNode node, string file)
    {
        _node = node;
        _file = file;
        foreach (var (key, value) in node.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw At(key, "a key must be a plain word");
            }

            _entries[name] = (key, value);
        }
    }

    /// <summary>The keys, in the order of the file.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    internal static YamlMap From(YamlNode node, string file, string what) =>
        node is YamlMappingNode map
            ? new YamlMap(map, file)
            : throw new DocumentException(file, node.Start.Line, node.Start.Column, $"{what} must be a mapping of keys to values");

    /// <summary>Whether the key is there (with any value). What is asked for is known, whether it is there or not.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return _entries.ContainsKey(key);
    }

    /// <summary>An exception that points at a key, or at the mapping where the key is missing.</summary>
    public DocumentException Error(string key, string problem) =>
        At(_entries.TryGetValue(key, out var entry) ? entry.Value : _node, problem);

    /// <summary>An exception that points at the key itself rather than at its value.</summary>
    public DocumentException KeyError(string key, string problem) =>
        At(_entries.TryGetValue(key, out var entry) ? entry.Key : _node, problem);

    /// <summary>The text of a key that must be there.</summary>
    public string String(string key) => Scalar(key) ?? throw Missing(key);

    /// <summary>The text of a key, or null.</summary>
    public string? OptionalString(string key) => Scalar(key);

    /// <summary>The mapping of a key that must be there.</summary>
    public YamlMap Map(string key) => OptionalMap(key) ?? throw Missing(key);

    /// <summary>The mapping of a key, or null.</summary>
    public YamlMap? OptionalMap(string key) => Take(key) is { } node ? From(node, _file, $"'{key}'") : null;

    /// <summary>The mappings of a list; empty if the key is missing.</summary>
    public IReadOnlyList<YamlMap> Maps(string key) => [.. Items(key).Select(n => From(n, _file, $"each item of '{key}'"))];

    /// <summary>The words of a list; empty if the key is missing.</summary>
    public IReadOnlyList<string> Strings(string key) =>
    [
        .. Items(key).Select(n => n is YamlScalarNode { Value: { } text } ? text : throw At(n, $"each item of '{key}' must be a plain value")),
    ];

    /// <summary>The words of a list, each read by a parser of the caller's.</summary>
    public IReadOnlyList<T> List<T>(string key, Parser<T> parse, string expected) =>
    [
        .. Items(key).Select(n => n is YamlScalarNode { Value: { } text } && parse(text, out var value) ? value : throw At(n, $"'{n}' is not {expected}")),
    ];

    /// <summary>A value read by a parser of the caller's; the key must be there.</summary>
    public T Value<T>(string key, Parser<T> parse, string expected) =>
        Has(key) ? OptionalValue(key, default(T)!, parse, expected) : throw Missing(key);

    /// <summary>A value read by a parser of the caller's, or the fallback where the key is missing.</summary>
    public T OptionalValue<T>(string key, T fallback, Parser<T> parse, string expected)
    {
        if (Scalar(key) is not { } text)
        {
            return fallback;
        }

        return parse(text, out var value) ? value : throw Error(key, $"'{key}' is '{text}'; {expected} is expected");
    }

    /// <summary>A duration above 0, such as <c>300ms</c>; the key must be there.</summary>
    public TimeSpan Duration(string key) => Value<TimeSpan>(key, PositiveDuration, $"a duration above 0 {UnitText.DurationForm}, such as 300ms,");

    /// <summary>A duration above 0, or null.</summary>
    public TimeSpan? OptionalDuration(string key) => Has(key) ? Duration(key) : null;

    /// <summary>A size of at least 0, such as <c>64MiB</c>; the fallback where the key is missing.</summary>
    public long Bytes(string key, long? fallback = null) =>
        Has(key) || fallback is null ? Value<long>(key, UnitText.TryParseBytes, $"a size {UnitText.BytesForm}, such as 64MiB,") : fallback.Value;

    /// <summary>A rate above 0, such as <c>2GiB/s</c>; the key must be there.</summary>
    public double BytesPerSecond(string key) => Value<double>(key, PositiveRate, $"a rate above 0 {UnitText.BytesPerSecondForm}, such as 2GiB/s or 10Gbit/s,");

    /// <summary>A rate of at least 0; the fallback where the key is missing.</summary>
    public double BytesPerSecond(string key, double fallback) =>
        OptionalValue<double>(key, fallback, UnitText.TryParseBytesPerSecond, $"a rate {UnitText.BytesPerSecondForm}, such as 20MiB/s,");

    /// <summary>A share such as <c>5%</c>; the fallback where the key is missing.</summary>
    public double Percent(string key, double fallback) => OptionalValue<double>(key, fallback, UnitText.TryParsePercent, "a share such as 5% and at most 100%");

    /// <summary>A plain number between two ends; the fallback where the key is missing.</summary>
    public double Number(string key, double fallback, double least, double most) => OptionalValue(
        key,
        fallback,
        (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        $"a number from {least:0.####} to {most:0.####}");

    /// <summary>A whole number between two ends; the fallback where the key is missing.</summary>
    public int Integer(string key, int fallback, int least, int most) => OptionalValue(
        key,
        fallback,
        (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        $"a whole number from {least} to {most}");

    /// <summary>true or false; the fallback where the key is missing.</summary>
    public bool Flag(string key, bool fallback) => OptionalValue<bool>(key, fallback, TryParseFlag, "true or false");

    /// <summary>One of a few words; the fallback where the key is missing, or an error where there is no fallback.</summary>
    public T Choice<T>(string key, T? fallback, params ReadOnlySpan<(string Word, T Value)> choices)
        where T : struct
    {
        if (Scalar(key) is not { } text)
        {
            return fallback ?? throw Missing(key);
        }

        var words = new List<string>(choices.Length);
        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }

            words.Add(word);
        }

        throw Error(key, $"'{key}' is '{text}'; one of {string.Join(", ", words)} is expected");
    }

    /// <summary>Refuses keys that were not asked for.</summary>
    /// <param name="others">Keys that may stand here too, but not beside those that were asked for.</param>
    public void Finish(params string[] others)
    {
        _known.UnionWith(others);
        foreach (var (name, entry) in _entries.Where(e => !_taken.Contains(e.Key)))
        {
            var known = _known.Count == 0 ? "no keys" : string.Join(", ", _known.Order(StringComparer.Ordinal));
            throw At(entry.Key, _known.Contains(name) ? $"the key '{name}' does not go with the others here" : $"unknown key '{name}'; known here: {known}");
        }
    }

    private static bool TryParseFlag(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }

    private static bool PositiveDuration(string text, out TimeSpan value) => UnitText.TryParseDuration(text, out value) && value > TimeSpan.Zero;

    private static bool PositiveRate(string text, out double value) => UnitText.TryParseBytesPerSecond(text, out value) && value > 0;

    private YamlNode? Take(string key)
    {
        _taken.Add(key);
        _known.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    private string? Scalar(string key) => Take(key) switch
    {
        null => null,
        YamlScalarNode { Value: { } text } => text,
        var node => throw At(node, $"'{key}' must be a plain value"),
    };

    private IList<YamlNode> Items(string key) => Take(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        var node => throw At(node, $"'{key}' must be a list"),
    };

    private DocumentException Missing(string key) => At(_node, $"the key '{key}' is missing");

    private DocumentException At(YamlNode node, string problem) => new(_file, node.Start.Line, node.Start.Column, problem);
}
