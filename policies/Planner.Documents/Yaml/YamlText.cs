using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Planner.Documents;

/// <summary>
/// Reads the project's YAML files (<c>apiVersion: planner/v1</c>) strictly: sizes are limited, aliases and tags are
/// refused, and every complaint carries line and column.
/// </summary>
public static class YamlText
{
    /// <summary>The largest file that is read where its kind does not say otherwise, in characters.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    private const int MaximumDepth = 32;

    /// <summary>Reads every document of a text, checks <c>apiVersion</c> and <c>kind</c>, and hands out their roots.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="kind">The kind that every document must have.</param>
    /// <param name="maximumLength">The largest text that is read, in characters.</param>
    /// <exception cref="DocumentException">The text is not such a file.</exception>
    public static IReadOnlyList<YamlMap> ReadAll(string text, string file, string kind, int maximumLength = MaximumLength)
    {
        if (text.Length > maximumLength)
        {
            throw new DocumentException(file, 0, 0, $"the file has {text.Length} characters; at most {maximumLength} are read");
        }

        var stream = new YamlStream();
        try
        {
            CheckEvents(text, file);
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new DocumentException(file, e.Start.Line, e.Start.Column, $"this is not YAML: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // On some broken texts, such as an empty tag, the scanner of YamlDotNet 18.1 fails without naming a place.
            throw new DocumentException(file, 0, 0, $"this is not YAML: {e.Message}");
        }

        if (stream.Documents.Count == 0)
        {
            throw new DocumentException(file, 0, 0, $"the file is empty; a {kind} is expected");
        }

        return [.. stream.Documents.Select(d => ReadRoot(d.RootNode, file, kind))];
    }

    /// <summary>Reads a text that holds exactly one document.</summary>
    /// <exception cref="DocumentException">The text is not such a file.</exception>
    public static YamlMap Read(string text, string file, string kind, int maximumLength = MaximumLength)
    {
        var documents = ReadAll(text, file, kind, maximumLength);
        return documents.Count == 1
            ? documents[0]
            : throw new DocumentException(file, 0, 0, $"the file holds {documents.Count} documents; one {kind} is expected");
    }

    private static YamlMap ReadRoot(YamlNode node, string file, string kind)
    {
        var root = YamlMap.From(node, file, "the document");
        var version = root.String("apiVersion");
        if (version != "planner/v1")
        {
            throw root.Error("apiVersion", $"apiVersion '{version}' is not known; write planner/v1");
        }

        var found = root.String("kind");
        if (found != kind)
        {
            throw root.Error("kind", $"kind '{found}' does not belong here; {kind} is expected");
        }

        return root;
    }

    // Aliases would let a small file grow without bound, and tags choose types: neither is needed.
    private static void CheckEvents(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false } or NodeEvent { Tag.IsEmpty: false })
            {
                throw new DocumentException(file, current.Start.Line, current.Start.Column, "anchors, aliases and tags are not allowed here");
            }

            depth += current.NestingIncrease;
            if (depth > MaximumDepth)
            {
                throw new DocumentException(file, current.Start.Line, current.Start.Column, $"the file is nested deeper than {MaximumDepth} levels");
            }
        }
    }
}
