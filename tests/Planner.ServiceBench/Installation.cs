using Planner.Tests;

namespace Planner.ServiceBench;

/// <summary>The command as it is installed: published, which is not how it is built for tests. tests/service-bench publishes it.</summary>
internal static class Installation
{
    /// <summary>The folder.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests/Planner.ServiceBench/bin/installation");
}
