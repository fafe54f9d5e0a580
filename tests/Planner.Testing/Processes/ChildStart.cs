using System.Runtime.CompilerServices;

namespace Planner.Tests.Processes;

/// <summary>Every ring compiles this, since what starts with a program has to be in the program.</summary>
internal static class ChildStart
{
    [ModuleInitializer]
    internal static void Run() => ChildProcess.RunIfChild(typeof(ChildStart).Assembly);
}
