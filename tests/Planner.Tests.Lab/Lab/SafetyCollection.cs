using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Tests that share one pair of machines, one after another and with nothing else beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SafetyCollection : ICollectionFixture<SafetyLab>
{
    public const string Name = "safety";
}
