using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using Planner.Cli;
using Planner.Measurements;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Planner.Tests.Architecture;

/// <summary>What the compiled types of the product hang on. Who may reference which project is in <c>ReferenceRuleTests</c>.</summary>
public sealed class DependencyRuleTests
{
    private static readonly ArchUnitNET.Domain.Architecture Product = new ArchLoader().LoadAssemblies([.. Assemblies(typeof(ProductDrivers).Assembly)]).Build();

    [Theory]
    [InlineData("Planner.Storage", "Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql", "Dapper", "DbUp")]
    [InlineData("Planner.Telemetry|Planner.Service", "OpenTelemetry")]
    [InlineData("Planner.Service", "Microsoft.AspNetCore", "Scalar")]
    [InlineData("Planner.Learning", "Microsoft.ML")]
    [InlineData("Planner.Documents", "YamlDotNet")]
    [InlineData("Planner.Documents|Planner.Service", "Quartz")]
    [InlineData("Planner.Cli", "System.CommandLine", "Spectre.Console")]
    public void Only_its_projects_know_a_library(string projects, params string[] libraries)
    {
        var names = projects.Split('|');
        Assert.Contains(Product.Types, t => names.Contains(t.Namespace.FullName) && t.Dependencies.Any(d => IsOf(d.Target, libraries)));
        foreach (var library in libraries)
        {
            AssertHolds(Types().That().DoNotResideInNamespaceMatching($"^({projects.Replace(".", "\\.", StringComparison.Ordinal)})$").Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching($"^{library.Replace(".", "\\.", StringComparison.Ordinal)}(\\.|$)")));
        }
    }

    [Fact]
    public void Of_the_command_only_its_list_of_drivers_knows_their_classes()
    {
        foreach (var driver in Product.Classes.Where(c => c.ImplementsInterface(Product.Interfaces.Single(i => i.Name == nameof(IDriver))) && c.IsAbstract != true))
        {
            AssertHolds(Types().That().ResideInNamespace("Planner.Cli").And().AreNot(typeof(ProductDrivers)).Should().NotDependOnAny(Types().That().Are(driver)));
        }
    }

    private static bool IsOf(IType type, string[] libraries) => libraries.Any(l => type.FullName.StartsWith(l, StringComparison.Ordinal));

    private static void AssertHolds(TypesShouldConjunction rule) =>
        Assert.Empty(rule.Evaluate(Product).Where(r => !r.Passed).Select(r => r.Description));

    private static IEnumerable<Assembly> Assemblies(Assembly program) => program.GetReferencedAssemblies()
        .Where(n => n.Name!.StartsWith("Planner.", StringComparison.Ordinal)).Select(Assembly.Load).SelectMany(Assemblies).Append(program).Distinct();
}
