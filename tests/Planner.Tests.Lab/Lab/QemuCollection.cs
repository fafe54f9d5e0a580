using Xunit;

namespace Planner.Tests.Lab;

/// <summary>
/// Tests with real machines: one after another, and with nothing else beside them. They have the trait lab=qemu, and <c>tests/run</c> runs them in a
/// pass of their own.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QemuCollection
{
    public const string Name = "qemu";
}
