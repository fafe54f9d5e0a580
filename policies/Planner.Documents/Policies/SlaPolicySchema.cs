using System.Reflection;

namespace Planner.Documents;

/// <summary>The JSON schema (draft 2020-12) of SLA policies, for editors and for those who write policies by program.</summary>
/// <remarks>It knows shapes, words and units. What takes more, such as a time zone that is known here, <see cref="SlaPolicyText"/> alone checks.</remarks>
public static class SlaPolicySchema
{
    private const string Resource = "sla-policy.schema.json";

    /// <summary>The schema.</summary>
    public static string Text { get; } = ReadText();

    private static string ReadText()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd();
    }
}
