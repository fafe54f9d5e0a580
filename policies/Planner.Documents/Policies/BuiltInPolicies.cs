using System.Reflection;
using System.Text;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>The SLA classes that are there without a policy file: gold, silver and bronze.</summary>
public static class BuiltInPolicies
{
    private const string Resource = "built-in-policies.yaml";

    /// <summary>The policies, strictest first.</summary>
    public static IReadOnlyList<SlaPolicy> All { get; } = SlaPolicyText.ReadAll(ReadText(), "built-in policies");

    private static string ReadText()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
