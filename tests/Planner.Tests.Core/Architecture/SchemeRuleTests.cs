using System.Text.RegularExpressions;
using Xunit;

namespace Planner.Tests.Architecture;

/// <summary>What belongs to a scheme stands in its driver's folder: whoever adds a driver touches no other code.</summary>
public sealed partial class SchemeRuleTests
{
    /// <summary>The schemes of the drivers in product code, each with its driver's folder.</summary>
    private static readonly Dictionary<string, string> Places = Sources.ProductCode
        .Where(file => DriverClass().IsMatch(File.ReadAllText(file)))
        .Select(file => Path.GetDirectoryName(file)!)
        .ToDictionary(folder => Sources.ProductCode.Where(f => Path.GetDirectoryName(f) == folder).SelectMany(f => SchemeOf().Matches(File.ReadAllText(f))).Single().Groups["name"].Value);

    [Fact]
    public void Every_driver_has_a_folder_of_its_own_that_says_its_scheme() => Assert.Equal(["libvirt", "qmp", "sim", "vfio", "vfio-user", "world", "worldvm"], Places.Keys.Order());

    [Fact]
    public void A_scheme_is_written_in_its_drivers_folder_alone()
    {
        foreach (var file in Sources.ProductCode)
        {
            var code = Comment().Replace(File.ReadAllText(file), "");
            foreach (var (scheme, folder) in Places.Where(p => Path.GetDirectoryName(file) != p.Value))
            {
                var literal = Regex.Match(code, Literal(scheme));
                Assert.False(literal.Success, $"{Sources.Name(file)} holds {literal.Value}: ask the registered drivers, or move it to {Sources.Name(folder)}");
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
        Assert.Equal(isSeen, Regex.IsMatch(Comment().Replace(code, ""), Literal(scheme)));

    private static string Literal(string scheme) => $@"(?<![\w-]){scheme}:";

    [GeneratedRegex(@"\bclass \w+[^\n]*: I(?:Device|Hypervisor)Driver\b")]
    private static partial Regex DriverClass();

    [GeneratedRegex("\\bScheme(?:Name)? =>? \"(?<name>[\\w-]+)\"")]
    private static partial Regex SchemeOf();

    [GeneratedRegex(@"(^|\s)//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
