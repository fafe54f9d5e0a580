namespace Planner.Tests.Processes;

/// <summary>Marks a static method <c>int M(string[] arguments)</c> that <see cref="ChildProcess"/> may run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChildEntryAttribute : Attribute;
