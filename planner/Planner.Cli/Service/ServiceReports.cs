using System.Text.Json.Serialization;

namespace Planner.Cli;

/// <summary>The JSON of the verbs of the service.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(TokenReport))]
internal sealed partial class ServiceReports : JsonSerializerContext;

/// <summary>That the service serves, and where.</summary>
internal sealed record ServiceReport(string Kind, IReadOnlyList<string> Urls)
{
    /// <summary>Where agents dial in; null where it takes none.</summary>
    public string? Agents { get; init; }
}

/// <summary>A token; its text only when it was made.</summary>
internal sealed record TokenReport(string Id, string Name, string Scope, DateTimeOffset Created, DateTimeOffset? Expires, DateTimeOffset? Revoked)
{
    public string? Token { get; init; }
}
