using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>SLA policies as JSON, in the form that <see cref="SlaPolicyText"/> reads: JSON is YAML, so one reader serves both.</summary>
public static class SlaPolicyJson
{
    /// <summary>Writes a policy with all that it says, defaults included. Read again it is the same policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="indented">Whether to spread it over lines for people.</param>
    public static string Write(SlaPolicy policy, bool indented = false)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Node(policy).WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The policy as a JSON object.</summary>
    public static JsonObject Node(SlaPolicy policy)
    {
        var metadata = new JsonObject { ["name"] = policy.Name };
        if (policy.Labels.Count > 0)
        {
            metadata["labels"] = Labels(policy.Labels);
        }

        return new JsonObject { ["apiVersion"] = "planner/v1", ["kind"] = "SlaPolicy", ["metadata"] = metadata, ["spec"] = Spec(policy) };
    }

    private static JsonObject Spec(SlaPolicy policy)
    {
        var spec = new JsonObject();
        if (policy.Selector.Count > 0)
        {
            spec["selector"] = Labels(policy.Selector);
        }

        spec["blackout"] = new JsonObject { ["limit"] = UnitText.Write(policy.BlackoutLimit), ["confidence"] = policy.Confidence };
        if (policy.CompleteWithin is { } within)
        {
            spec["completeWithin"] = UnitText.Write(within);
        }

        spec["whenEvidenceIsInsufficient"] = Word(policy.WhenEvidenceIsInsufficient);
        spec["switchover"] = new JsonObject { ["rule"] = Word(policy.Rule), ["quiesceTries"] = policy.QuiesceTries };
        spec["onFailure"] = new JsonArray([.. policy.OnFailure.Select(a => (JsonNode)Word(a))]);
        spec["onStateLost"] = Word(policy.OnStateLost);
        spec["postCopy"] = Word(policy.PostCopy);
        if (policy.Attempts is { } attempts)
        {
            spec["attempts"] = new JsonObject { ["atMost"] = attempts.AtMost, ["backOff"] = UnitText.Write(attempts.BackOff) };
        }

        spec["dirtyRateLimit"] = policy.DirtyRateFloorBytesPerSecond is { } floor
            ? new JsonObject { ["allowed"] = true, ["floor"] = UnitText.WriteRate(floor) }
            : new JsonObject { ["allowed"] = false };
        if (policy.ErrorBudget is { } budget)
        {
            spec["errorBudget"] = new JsonObject { ["blackout"] = UnitText.Write(budget.Blackout), ["per"] = UnitText.Write(budget.Per) };
        }

        if (policy.MaintenanceWindows.Count > 0)
        {
            spec["maintenanceWindows"] = new JsonArray(
                [.. policy.MaintenanceWindows.Select(w => new JsonObject { ["cron"] = w.Cron, ["for"] = UnitText.Write(w.Length), ["timeZone"] = w.TimeZoneId })]);
        }

        spec["mode"] = Word(policy.Mode);
        return spec;
    }

    private static JsonObject Labels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
