using System.Text.RegularExpressions;
using Planner.Cli;
using Xunit;

namespace Planner.Tests.Architecture;

/// <summary>What belongs to a scheme stands with its driver: whoever adds one touches nothing else.</summary>
public sealed class SchemeRuleTests
{
    private static readonly Dictionary<string, string> Places = new()
    {
        ["vfio"] = "planner/Planner.Devices/Vfio/",
        ["vfio-user"] = "planner/Planner.Devices/VfioUser/",
        ["sim"] = "planner/Planner.Simulation/Devices/",
        ["qmp"] = "planner/Planner.Hypervisors/Qemu/",
    };

    [Fact]
    public void Every_scheme_of_the_command_has_a_place() => Assert.Equal(Places.Keys.Order(), ProductDrivers.Register(TextWriter.Null).Schemes.Order());

    [Fact]
    public void A_scheme_is_written_with_its_driver_alone()
    {
        foreach (var file in Sources.ProductCode)
        {
            var code = WithoutComments(File.ReadAllText(file));
            foreach (var (scheme, _) in Places.Where(p => !Sources.Name(file).StartsWith(p.Value, StringComparison.Ordinal)))
            {
                var literal = Regex.Match(code, Literal(scheme));
                Assert.False(literal.Success, $"{Sources.Name(file)} holds {literal.Value}: ask the registered drivers, or move it to {Places[scheme]}");
            }
        }
    }

    [Theory]
    [InlineData("StartsWith(\"qmp:\")", "qmp", true)]
    [InlineData("$\"vfio-user:{path}\"", "vfio-user", true)]
    [InlineData("$\"vfio-user:{path}\"", "vfio", false)]
    [InlineData("\"write qmp:PATH for both\"", "qmp", true)]
    [InlineData("    /// <c>qmp:PATH</c>", "qmp", false)]
    [InlineData("x is null // as in vfio:fd", "vfio", false)]
    public void The_rule_sees_literals_and_passes_comments_over(string code, string scheme, bool isSeen) =>
        Assert.Equal(isSeen, Regex.IsMatch(WithoutComments(code), Literal(scheme)));

    private static string Literal(string scheme) => $@"(?<![\w-]){scheme}:";

    private static string WithoutComments(string code) => Regex.Replace(code, @"(?m)(^|\s)//.*$", "");
}
