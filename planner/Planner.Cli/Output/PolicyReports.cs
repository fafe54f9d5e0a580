using System.Text.Json.Nodes;

namespace Planner.Cli;

/// <summary>What <c>policy check</c> prints as JSON.</summary>
/// <param name="File">The file.</param>
/// <param name="Classes">The classes that it holds.</param>
/// <param name="Notes">What in them may surprise.</param>
internal sealed record PolicyCheckReport(string File, IReadOnlyList<string> Classes, IReadOnlyList<PolicyNote> Notes);

/// <summary>What may surprise in a class.</summary>
internal sealed record PolicyNote(string Sla, string Note);

/// <summary>What <c>policy explain</c> prints as JSON: one object a class.</summary>
/// <param name="Sla">The class.</param>
/// <param name="Policy">The policy with its defaults.</param>
/// <param name="NeededBlackouts">How many past blackouts of a machine carry a commit.</param>
/// <param name="Explanation">What it means, in sentences.</param>
internal sealed record PolicyExplanation(string Sla, JsonObject Policy, int NeededBlackouts, IReadOnlyList<string> Explanation);
