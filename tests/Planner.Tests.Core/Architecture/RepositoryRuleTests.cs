using System.Text.RegularExpressions;
using Xunit;

namespace Planner.Tests.Architecture;

public sealed partial class RepositoryRuleTests
{
    private const int MaximumFileBytes = 512 * 1024;
    private const int MaximumCodeLines = 450;
    private const int MaximumFamilyLines = 80;

    [Fact]
    public void A_file_holds_one_type_and_has_its_name_or_a_family_of_small_ones()
    {
        foreach (var file in Sources.Code)
        {
            var text = File.ReadAllText(file);
            var types = TopLevelType().Matches(text).ToList();
            var names = types.Select(m => m.Groups["name"].Value).Distinct().ToList();
            var name = Path.GetFileName(file).Split('.')[0];
            Assert.True(
                names.Count == 0 ? name == "Program" || name.EndsWith("Info", StringComparison.Ordinal) : names.SequenceEqual([name]) || IsFamily(name, text, types),
                $"{Sources.Name(file)} holds {string.Join(", ", names)}");
        }
    }

    [Fact]
    public void A_namespace_is_the_projects_name()
    {
        foreach (var file in Sources.ProductCode)
        {
            var declared = Namespace().Match(File.ReadAllText(file));
            Assert.True(!declared.Success || declared.Groups["name"].Value == Sources.Name(file).Split('/')[1], $"{Sources.Name(file)} is in {declared.Groups["name"].Value}");
        }
    }

    [Fact]
    public void No_file_of_code_is_too_long_to_be_read() =>
        Assert.All(Sources.Code, f => Assert.True(File.ReadLines(f).Count() <= MaximumCodeLines, $"{Sources.Name(f)} has more than {MaximumCodeLines} lines"));

    [Fact]
    public void No_file_is_large_but_fixtures() => Assert.All(
        Sources.All.Where(f => !Sources.Name(f).Contains("/Fixtures/", StringComparison.Ordinal)),
        f => Assert.True(new FileInfo(f).Length <= MaximumFileBytes, $"{Sources.Name(f)} is larger than {MaximumFileBytes} bytes"));

    [Fact]
    public void Product_code_holds_no_open_ends() =>
        Assert.All(Sources.ProductCode, f => Assert.False(OpenEnd().IsMatch(File.ReadAllText(f)), $"{Sources.Name(f)} holds an open end: those belong to issues"));

    [Fact]
    public void Scripts_can_be_run_and_end_lines_as_Unix_does()
    {
        foreach (var script in Sources.All.Where(f => File.ReadLines(f).FirstOrDefault()?.StartsWith("#!", StringComparison.Ordinal) == true))
        {
            Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), $"{Sources.Name(script)} is not executable");
            Assert.DoesNotContain("\r", File.ReadAllText(script), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_rules_look_at_something()
    {
        Assert.Contains(Path.Combine(Repository.Root, "tests/run"), Sources.All);
        Assert.Contains(Path.Combine(Repository.Root, "telemetry/Planner.Measurements/Devices/Arc.cs"), Sources.ProductCode);
        Assert.True(Sources.ProductProjects.Count >= 9);
        Assert.Equal(["One", "Two", "Three"], TopLevelType().Matches("public sealed class One\n{\n    private class No;\ninternal readonly record struct Two(int X);\npublic delegate bool Three<T>(string x);\n").Select(m => m.Groups["name"].Value));
    }

    // A closed family of small records has the family's name, in the plural; what has behaviour has a file of its own.
    private static bool IsFamily(string name, string text, List<Match> types) =>
        types.Count > 1 && name.EndsWith('s')
        && types.Zip(types.Skip(1).Select(t => t.Index).Append(text.Length), (t, end) => text[t.Index..end].Count(c => c == '\n')).All(lines => lines <= MaximumFamilyLines);

    // Types stand at the beginning of a line, since namespaces are file-scoped.
    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:struct|class))?|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    // Words are put together so that this file does not hold them.
    [GeneratedRegex(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|\bHA" + @"CK\b")]
    private static partial Regex OpenEnd();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
