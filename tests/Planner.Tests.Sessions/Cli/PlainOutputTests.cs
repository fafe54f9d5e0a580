using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>What is printed, whatever it is printed to and whatever names are in it.</summary>
public sealed partial class PlainOutputTests : IDisposable
{
    private const int ArcsOfFastNic = 15;
    private const string Escape = "\u001b";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_sentence_in_a_pipe_is_one_line_however_long_and_no_line_ends_in_blanks()
    {
        var snapshot = await File.ReadAllTextAsync(Path.Combine(Examples, "tight-limit-snapshot.json"), TestContext.Current.CancellationToken);
        var decided = await PlannerProcess.RunAsync(["decide"], snapshot, _folder.FullName, cancel: TestContext.Current.CancellationToken);
        var helped = await PlannerProcess.RunAsync(["migrate", "--help"], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);
        var probed = await PlannerProcess.RunAsync(["probe", "sim:fast-nic"], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);
        var longNamed = await PlannerProcess.RunAsync(["probe", $"sim:{Profile(new string('c', 200))}"], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);

        Assert.All([decided, helped, probed, longNamed], r => Assert.Equal((0, ""), (r.Status, r.Error)));
        Assert.All([decided, helped, probed, longNamed], r => Assert.DoesNotContain(r.Output.Split('\n'), line => line.EndsWith(' ')));
        Assert.Contains(decided.Output.Split('\n'), line => line.StartsWith("limit ", StringComparison.Ordinal) && line.Contains("; evidence ", StringComparison.Ordinal));
        Assert.Contains(longNamed.Output.Split('\n'), line => line.EndsWith(new string('c', 200), StringComparison.Ordinal) && line.StartsWith("device ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipe_gets_no_colours()
    {
        var result = await PlannerHere.RunAsync("migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "gold", "--shadow");

        Assert.Equal(3, result.Status);
        Assert.Contains("stayed RUNNING on the source.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u001b", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(200)]
    public async Task On_a_terminal_a_table_that_does_not_fit_is_a_list_and_no_arc_is_broken(int columns)
    {
        var (status, output) = await RunOnTerminalAsync(columns, "measure", "sim:fast-nic", "--rounds", "1");

        Assert.Equal(0, status);
        var lines = output.ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd()).ToArray();
        Assert.Equal(columns < 100 ? ArcsOfFastNic : 0, lines.Count(l => ListedArc().IsMatch(l)));
        Assert.Contains(lines, l => l.Contains("RUNNING_P2P->PRE_COPY_P2P", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "probe", "sim:a\u001b[31mb")]
    [InlineData(2, "probe", "carrier\u001b[31mpigeon:x")]
    [InlineData(2, "migrate", "sim:a", "sim:b", "--sla", "go\u001b[31mld")]
    [InlineData(2, "measure", "sim:a", "--rounds", "\u001b[31m")]
    [InlineData(2, "frob\u001b[31m")]
    [InlineData(2, "evaluate", "no\u001b[31mfolder")]
    public async Task Control_characters_of_a_name_are_written_out(int status, params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(arguments);

        Assert.Equal(status, result.Status);
        Assert.Contains("\\u001b[31m", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_reach_neither_a_table_nor_a_terminal()
    {
        var path = Path.Combine(_folder.FullName, $"a{Escape}]0;b.yaml");
        File.Move(Profile("x"), path);

        var piped = await PlannerHere.RunAsync("probe", $"sim:{path}");
        var (status, shown) = await RunOnTerminalAsync(300, "probe", $"sim:{path}");

        Assert.Equal((0, 0), (piped.Status, status));
        Assert.All([piped.Output, shown], text => Assert.Contains("a\\u001b]0;b.yaml", text, StringComparison.Ordinal));
        Assert.All([piped.Output, shown], text => Assert.DoesNotContain($"{Escape}]0;b", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tolerant, libvfio-user", "device", "fast-nic", "--listen", "/tmp/x", "--behaviour", "polite")]
    [InlineData("bash", "completion", "fish")]
    [InlineData("a whole number from 0 to 18446744073709551615", "device", "fast-nic", "--listen", "/tmp/x", "--seed", "-1")]
    [InlineData("a whole number from 0 to 18446744073709551615", "demo", "--seed", "1e3")]
    [InlineData("/a b", "probe", "sim:/a\nb")]
    [InlineData("'a b'", "migrate", "sim:a", "sim:b", "--sla", "a\r\nb")]
    public async Task An_error_is_one_line_that_says_what_is_expected(string said, params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(arguments);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.Contains(said, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static string Examples => Path.Combine(Repository.Root, "docs", "examples");

    [GeneratedRegex(@"^arc +[A-Z_2]+->[A-Z_2]+$")]
    private static partial Regex ListedArc();

    private string Profile(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, "apiVersion: planner/v1\nkind: DeviceProfile\nmetadata: { name: p }\nspec: { flags: [STOP_COPY], arcs: { default: { median: 1ms, p99: 2ms } }, state: { bytes: 1KiB } }\n");
        return path;
    }

    // A pseudo-terminal of so many columns, by script(1) of util-linux.
    private async Task<(int Status, string Output)> RunOnTerminalAsync(int columns, params string[] arguments)
    {
        var start = new ProcessStartInfo("script") { RedirectStandardInput = true, RedirectStandardOutput = true };
        var command = string.Join(' ', new[] { Path.Combine(AppContext.BaseDirectory, "planner.dll") }.Concat(arguments).Select(a => $"'{a}'"));
        start.ArgumentList.Add("--quiet");
        start.ArgumentList.Add("--return");
        start.ArgumentList.Add("--command");
        start.ArgumentList.Add($"stty cols {columns} rows 50 && dotnet {command}");
        start.ArgumentList.Add("/dev/null");
        start.Environment["XDG_STATE_HOME"] = _folder.FullName;
        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
