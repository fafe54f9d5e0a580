using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>The JSON of snapshots and decisions: what <c>planner decide</c> reads and prints.</summary>
public static class DecisionJson
{
    /// <summary>The longest snapshot that is read, in characters.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    /// <summary>The largest number of values in one list.</summary>
    public const int MaximumListLength = 100_000;

    internal static readonly JsonTypeInfo<DecisionSnapshot> Snapshot = Type<DecisionSnapshot>(JsonIgnoreCondition.WhenWritingNull, indented: false);
    private static readonly JsonTypeInfo<ExplainedDecision> Compact = Type<ExplainedDecision>(JsonIgnoreCondition.Never, indented: false);
    private static readonly JsonTypeInfo<ExplainedDecision> Indented = Type<ExplainedDecision>(JsonIgnoreCondition.Never, indented: true);

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

        return ReadSnapshot(Encoding.UTF8.GetBytes(text), file);
    }

    /// <summary>Reads a snapshot as <see cref="ReadSnapshot(string, string)"/> does.</summary>
    /// <param name="utf8">The JSON text; whoever gives it limits its length.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not a snapshot.</exception>
    public static DecisionSnapshot ReadSnapshot(byte[] utf8, string file)
    {
        var document = new JsonText(utf8, file);
        var snapshot = SnapshotReader.TryRead(utf8) ?? document.Read(Snapshot);
        return SnapshotRules.FindProblem(snapshot) is { } problem
            ? throw document.ProblemAt(problem.Path, problem.Text)
            : snapshot;
    }

    /// <summary>Writes a snapshot on one line. What is missing is left out; every number reads back as the same number.</summary>
    public static string WriteSnapshot(DecisionSnapshot snapshot) => JsonSerializer.Serialize(snapshot, Snapshot);

    /// <summary>Writes a decision. What the evidence does not support is null.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="indented">Whether to spread it over lines for people.</param>
    public static string WriteDecision(ExplainedDecision decision, bool indented = false) =>
        JsonSerializer.Serialize(decision, indented ? Indented : Compact);

    /// <summary>Writes a decision on one line, as <see cref="WriteDecision"/> does.</summary>
    public static byte[] WriteDecisionBytes(ExplainedDecision decision) => JsonSerializer.SerializeToUtf8Bytes(decision, Compact);

    private static JsonTypeInfo<T> Type<T>(JsonIgnoreCondition ignore, bool indented)
    {
        var options = new JsonSerializerOptions(DecisionJsonContext.Default.Options)
        {
            DefaultIgnoreCondition = ignore,
            WriteIndented = indented,
            NewLine = "\n",

            // The arrow of an arc's name stays readable: nothing of this is ever put into HTML unescaped.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter<InsufficientEvidenceAction>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
            TypeInfoResolver = DecisionJsonContext.Default.WithAddedModifier(LeaveOut),
        };
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    // Flags that are not set, values of which none is assumed, factors of bounds that are not widened, and what follows from the rest. The types themselves know no JSON.
    private static void LeaveOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(p => p.PropertyType == typeof(bool) || p.Name is "assumed" or "stateSecondsAssumed"))
        {
            property.ShouldSerialize = static (_, value) => value is true or (int and not 0);
        }

        foreach (var property in type.Properties.Where(p => p.Name == "widenedBy"))
        {
            property.ShouldSerialize = static (_, value) => value is not null;
        }

        foreach (var derived in type.Properties.Where(p => p is { Name: "isGuess" or "allowedMisses", Set: null }).ToList())
        {
            type.Properties.Remove(derived);
        }
    }
}
