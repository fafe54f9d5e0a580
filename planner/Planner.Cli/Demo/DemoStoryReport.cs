using System.Text.Json;

namespace Planner.Cli;

/// <summary>One story of the demonstration as JSON.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Telling">What was done and why.</param>
/// <param name="Rehearsals">How many switchovers were rehearsed for it.</param>
/// <param name="Verdict">The verdict of gate 1: commit, stay, throttle or abort.</param>
/// <param name="Migration">How the session went.</param>
/// <param name="Snapshot">The input of the decision: <c>planner decide</c> gives the same verdict for it.</param>
/// <param name="SnapshotFile">The file that holds the same.</param>
internal sealed record DemoStoryReport(
    string Title,
    IReadOnlyList<string> Telling,
    int Rehearsals,
    string? Verdict,
    MigrationReport Migration,
    JsonElement? Snapshot,
    string? SnapshotFile);
