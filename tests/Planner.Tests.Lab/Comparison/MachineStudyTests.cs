using Planner.Lab;
using Xunit;

namespace Planner.Tests.Comparison;

public sealed class MachineStudyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("study").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_counts_what_was_committed_and_what_exceeded_its_limit_by_the_devices_own_log()
    {
        await WriteAsync(
            Line("planner", truth: 0.2, bound: 0.25),
            Line("planner", truth: 0.31, bound: 0.29),
            Line("planner", truth: null, bound: 0.4),
            Line("qemu", truth: 0.35, bound: null));
        var table = await MachineStudyFolder.ShowAsync(_folder, Cancellation);

        var row = Assert.Single(table.Split('\n'), l => l.StartsWith("| nic | 10.0 |", StringComparison.Ordinal));
        Assert.Contains("| 2 of 3 | 1 of 2 (", row, StringComparison.Ordinal);
        Assert.Contains("| 1 of 1 (", row, StringComparison.Ordinal);
        Assert.Contains("| 255 ms |", row, StringComparison.Ordinal);
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(_folder, "machines.svg"), Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"machine\": 1}")]
    [InlineData("not a result")]
    public async Task A_line_that_is_no_result_is_refused_by_its_number(string line)
    {
        await WriteAsync(Line("planner", 0.2, 0.25), line);

        var e = await Assert.ThrowsAsync<LabException>(() => MachineStudyFolder.ShowAsync(_folder, Cancellation));
        Assert.Contains("line 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_results_says_how_to_make_some()
    {
        var e = await Assert.ThrowsAsync<LabException>(() => MachineStudyFolder.ShowAsync(_folder, Cancellation));
        Assert.Contains("--runs 250", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Line(string rule, double? truth, double? bound) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $$"""{"machine":"nic","qemu":"10.0","n":1,"rule":"{{rule}}","devices":1,"limitSeconds":0.3{{Number("truthSeconds", truth)}}{{Number("boundSeconds", bound)}},"exit":0,"arcsSeconds":0.1,"stateBytes":65536,"fits":true,"method":"direct","reason":"","whole":true}""");

    private static string Number(string name, double? value) => value is { } number ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $",\"{name}\":{number}") : "";

    private Task WriteAsync(params string[] lines) => File.WriteAllLinesAsync(Path.Combine(_folder, "results.jsonl"), lines, Cancellation);
}
