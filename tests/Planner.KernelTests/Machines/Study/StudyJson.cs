using System.Text.Json.Serialization;

namespace Planner.KernelTests;

/// <summary>The lines of <c>results.jsonl</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StudyResult))]
internal sealed partial class StudyJson : JsonSerializerContext;
