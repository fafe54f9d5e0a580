using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Planner.Storage;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class StorageAssemblyTests
{
    [Fact]
    public void Every_statement_is_met_by_code_of_build_time_and_none_by_reflection()
    {
        using var file = new PEReader(File.OpenRead(typeof(SqlMeasurementStore).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var called = metadata.MemberReferences.Select(h => metadata.GetMemberReference(h).Parent)
            .Where(parent => parent.Kind == HandleKind.TypeReference)
            .Select(parent => metadata.GetTypeReference((TypeReferenceHandle)parent))
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToHashSet();

        Assert.Contains("Dapper.DapperAotExtensions", called);
        Assert.DoesNotContain("Dapper.SqlMapper", called);
    }
}
