using System.Text.Json.Serialization;

namespace Planner.Cli;

/// <summary>The JSON of the agent's verb.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AgentReport))]
internal sealed partial class AgentReports : JsonSerializerContext;

/// <summary>That the agent works, and for whom.</summary>
internal sealed record AgentReport(string Kind, string Node, IReadOnlyList<Uri> Services);
