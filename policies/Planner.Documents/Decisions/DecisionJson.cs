using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>The JSON of snapshots and decisions: what <c>planner decide</c> reads and prints.</summary>
public static class DecisionJson
{
    /// <summary>The longest snapshot that is read, in characters.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    /// <summary>The largest number of values in one list.</summary>
    public const int MaximumListLength = 100_000;

    // The arrow of an arc's name stays readable: nothing of this is ever put into HTML unescaped.
    private static readonly DecisionJsonContext Compact = new(Options(JsonIgnoreCondition.Never, indented: false));
    private static readonly DecisionJsonContext Indented = new(Options(JsonIgnoreCondition.Never, indented: true));
    private static readonly DecisionJsonContext WithoutNulls = new(Options(JsonIgnoreCondition.WhenWritingNull, indented: false));

    /// <summary>Reads a snapshot strictly: unknown and repeated keys, wrong types and impossible values are refused.</summary>
    /// <param name="text">The JSON text.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not a snapshot; the message has line, column and what would be right.</exception>
    public static DecisionSnapshot ReadSnapshot(string text, string file)
    {
        if (text.Length > MaximumLength)
        {
            throw new DocumentException(file, 0, 0, $"the snapshot has {text.Length} characters; at most {MaximumLength} are read");
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        var document = new JsonDocumentText(utf8, file);
        var snapshot = document.Read(WithoutNulls.DecisionSnapshot);
        return SnapshotRules.FindProblem(snapshot) is { } problem
            ? throw document.ProblemAt(problem.Path, problem.Text)
            : snapshot;
    }

    /// <summary>Writes a snapshot on one line. What is missing is left out; every number reads back as the same number.</summary>
    public static string WriteSnapshot(DecisionSnapshot snapshot) => JsonSerializer.Serialize(snapshot, WithoutNulls.DecisionSnapshot);

    /// <summary>Writes a decision. What the evidence does not support is null.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="indented">Whether to spread it over lines for people.</param>
    public static string WriteDecision(ExplainedDecision decision, bool indented = false) =>
        JsonSerializer.Serialize(decision, (indented ? Indented : Compact).ExplainedDecision);

    private static JsonSerializerOptions Options(JsonIgnoreCondition ignore, bool indented) =>
        new(DecisionJsonContext.Default.Options)
        {
            DefaultIgnoreCondition = ignore,
            WriteIndented = indented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
}
