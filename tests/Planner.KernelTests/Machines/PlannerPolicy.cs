using System.Globalization;

namespace Planner.KernelTests;

/// <summary>The class under which the planner migrates a machine.</summary>
internal sealed record PlannerPolicy
{
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan CompleteWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether a machine of which nothing is known is migrated all the same.</summary>
    public bool Accepts { get; init; } = true;

    /// <summary>What a lost device state means; empty for the planner's own default.</summary>
    public string OnStateLost { get; init; } = "";

    /// <summary>Writes the file.</summary>
    public void Write(string path) => File.WriteAllText(
        path,
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: planner/v1
            kind: SlaPolicy
            metadata: { name: lab }
            spec:
              blackout: { limit: {{Limit.TotalMilliseconds:0.###}}ms, confidence: 0.9 }
              completeWithin: {{CompleteWithin.TotalSeconds:0}}s
              whenEvidenceIsInsufficient: {{(Accepts ? "accept" : "stay")}}

            """) + (OnStateLost.Length > 0 ? $"  onStateLost: {OnStateLost}\n" : ""));
}
