using System.Text.Json;
using System.Text.Json.Serialization;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>Writes the action as <c>stay</c>, <c>worstCase</c> or <c>accept</c>, and reads nothing else, numbers included.</summary>
internal sealed class InsufficientEvidenceActionConverter()
    : JsonStringEnumConverter<InsufficientEvidenceAction>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
