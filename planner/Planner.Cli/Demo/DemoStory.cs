using Planner.Sessions;

namespace Planner.Cli;

/// <summary>One story of the demonstration, as it went.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Telling">What was done and why, in sentences.</param>
/// <param name="Rehearsals">How many switchovers were rehearsed for it.</param>
/// <param name="Result">How the session went.</param>
/// <param name="SnapshotFile">Where the input of its decision lies, for <c>planner decide</c>; null if no decision was made.</param>
internal sealed record DemoStory(string Title, IReadOnlyList<string> Telling, int Rehearsals, SessionResult Result, string? SnapshotFile);
