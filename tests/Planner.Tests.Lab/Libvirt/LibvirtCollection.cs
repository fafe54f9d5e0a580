using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Tests that share one pair of libvirt hosts, one after another and with nothing else beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LibvirtCollection : ICollectionFixture<LibvirtLab>
{
    public const string Name = "libvirt";
}
