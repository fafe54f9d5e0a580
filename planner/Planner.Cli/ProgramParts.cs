using System.Diagnostics.CodeAnalysis;

namespace Planner.Cli;

/// <summary>Parts that a program compiled ahead of time goes without.</summary>
internal static class ProgramParts
{
    /// <summary>Whether models can be trained. The library that trains them generates code while it runs; a build with
    /// <c>PublishAot</c> sets the switch to false, and the compiler then leaves the library out.</summary>
    [FeatureSwitchDefinition("Planner.Training")]
    public static bool HasTraining => !AppContext.TryGetSwitch("Planner.Training", out var isOn) || isOn;
}
