using Planner.Documents;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Workloads;

public sealed class WorkloadFileTextTests
{
    [Fact]
    public void The_whole_example_is_read()
    {
        var path = Path.Combine(Repository.Root, "tests", "fixtures", "workloads.yaml");
        var file = WorkloadFileText.Read(File.ReadAllText(path), path);

        Assert.Equal(["idle", "steady", "heavy", "zipf", "bursty", "nightly", "growing"], file.Grid.Memory.Select(m => m.Name));
        Assert.Equal(["steady", "capped", "alternating", "congested"], file.Grid.Links.Select(l => l.Name));
        Assert.Equal(["none", "fast-nic", "four-nics", "heavy-tail", "drifting"], file.Grid.Devices.Select(d => d.Name));
        Assert.Equal([0.05, 0.1, 0.3, 1], file.Grid.LimitSeconds);
        Assert.Equal([0.9, 0.99, 0.999], file.Grid.Confidences);
        Assert.Equal((16L << 30, 120), (file.RamBytes, file.CompleteWithinSeconds));

        Assert.Equal((2.4 * SmallWorkloads.GiB, 0.25), (file.Grid.Links[1].StopPhaseBytesPerSecond, file.Grid.Links[1].StopPhaseJitter));
        Assert.Equal((2, 0.3), (file.Grid.Links[2].Levels.Count, file.Grid.Links[2].DwellSeconds));
        Assert.Equal(new LinkDips(20, 0.1, 2), file.Grid.Links[3].Dips);
        Assert.Empty(file.Grid.Devices[0].Devices);
        Assert.Equal(400 * SmallWorkloads.MiB, file.Grid.Devices[2].StateBytes);
        Assert.True(file.Grid.Devices[2].Devices[0].LoadsSerially);
        Assert.Equal(new Planner.Simulation.LatencyDrift(2.5, 400, 1, 600), file.Grid.Devices[4].Devices[0].Stop.Drift);
        Assert.Equal([new MemoryPhase(2, 1), new MemoryPhase(1, 0.05)], file.Grid.Memory[4].Phases);
        Assert.Equal(new MemoryClass(16 << 20, 0.02), file.Grid.Memory[3].Classes[0]);
    }

    [Fact]
    public void The_small_file_is_right_before_it_is_made_wrong()
    {
        Assert.Equal(2, WorkloadFileText.Read(SmallWorkloads.Text, "w.yaml").Grid.Links.Count);
        Assert.True(WorkloadFileText.IsWorkloads(SmallWorkloads.Text));
        Assert.False(WorkloadFileText.IsWorkloads("kind: SlaPolicy\n"));
    }

    [Theory]
    [InlineData("jitter: 3%", "jiter: 3%", "jiter", "unknown key 'jiter'; known here: dips, dwell, jitter, levels, rate, stopPhase, stopPhaseJitter")]
    [InlineData("jitter: 3%", "jitter: 101%", "101%", "at most 100%")]
    [InlineData("jitter: 3%", "jitter: -3%", "-3%", "a share such as 5%")]
    [InlineData("jitter: 3%", "jitter: 3", "3,", "a share such as 5%")]
    [InlineData("jitter: 3%", "dwell: 1s", "dwell", "the key 'dwell' does not go with the others here")]
    [InlineData("rate: 1GiB/s", "rate: 1", "1,", "a rate above 0 with its unit")]
    [InlineData("rate: 1GiB/s", "rate: 0GiB/s", "0GiB/s", "a rate above 0")]
    [InlineData("rate: 1GiB/s", "rate: -1GiB/s", "-1GiB/s", "a rate above 0")]
    [InlineData("rate: 1GiB/s", "rate: 100B/s", "{ rate: 100B/s", "at least 1 KiB/s")]
    [InlineData("rate: 1GiB/s, jitter", "jitter", "{ jitter", "needs either 'rate' or 'levels'")]
    [InlineData("rate: 1GiB/s, jitter", "rate: 1GiB/s, levels: [1GiB/s], dwell: 1s, jitter", "{ rate", "needs either 'rate' or 'levels'")]
    [InlineData("stopPhase: same", "stopPhase: fast", "fast", "a rate above 0")]
    [InlineData("stopPhase: 2GiB/s", "stopPhase: 1B/s", "1B/s", "at least 1 KiB/s")]
    [InlineData("stopPhaseJitter: 25%", "stopPhaseJitter: 120%", "120%", "at most 100%")]
    [InlineData("400MiB/s], dwell", "0MiB/s], dwell", "0MiB/s", "is not a rate above 0")]
    [InlineData("[1GiB/s, 400MiB/s]", "[]", "{ levels", "1 to 64 rates")]
    [InlineData("[1GiB/s, 400MiB/s]", "1GiB/s", "1GiB/s", "must be a list")]
    [InlineData(", dwell: 300ms", "", "{ levels", "the key 'dwell' is missing")]
    [InlineData("dwell: 300ms", "dwell: 50ms", "50ms", "at least 100ms")]
    [InlineData("for: 2s } }", "for: 20s } }", "20s", "shorter than the time from one to the next")]
    [InlineData("for: 2s } }", "for: 21s } }", "21s", "shorter than the time from one to the next")]
    [InlineData("every: 20s", "every: 20", "20,", "a duration above 0 with its unit")]
    [InlineData("to: 10%", "to: 0%", "0%", "above 0%")]
    [InlineData("to: 10%", "to: 110%", "110%", "at most 100%")]
    [InlineData("count: 2", "count: 0", "0,", "a whole number from 1 to 1024")]
    [InlineData("state: 64MiB", "state: 64", "64,", "a size with its unit")]
    [InlineData("state: 64MiB", "state: -64MiB", "-64MiB", "a size with its unit")]
    [InlineData("quiesce: { median: 2ms, p99: 6ms }, ", "", "{ stop", "the key 'quiesce' is missing")]
    [InlineData("p99: 45ms", "p99: 5ms", "5ms", "below the median")]
    [InlineData("p99: 45ms", "p98: 45ms", "{ median: 20ms", "'p99' is missing")]
    [InlineData("median: 2ms", "median: -2ms", "-2ms", "a duration above 0")]
    [InlineData("loads: serial", "loads: sideways", "sideways", "one of serial, parallel")]
    [InlineData("size: 256MiB", "size: 2GiB", "1GiB\n", "larger than 'ram'")]
    [InlineData("ram: 1GiB", "ram: 0GiB", "0GiB", "larger than 'ram'")]
    [InlineData("ram: 1GiB", "ram: 1", "1\n", "a size with its unit")]
    [InlineData("ram: 1GiB", "ram: 1GiB\n  extra: 1", "extra", "unknown key 'extra'")]
    [InlineData("timeConstant: 1s", "timeConstant: 0s", "0s", "a duration above 0")]
    [InlineData("[ { size: 256MiB, timeConstant: 1s } ]", "[]", "{ classes", "1 to 64 classes")]
    [InlineData("scale: 0.05", "scale: -1", "-1", "a number from 0 to")]
    [InlineData("scale: 0.05", "scale: .nan", ".nan", "a number from 0 to")]
    [InlineData("for: 1s, scale", "for: 0s, scale", "0s", "a duration above 0")]
    [InlineData("for: 1s, scale", "for: 100us, scale", "100us", "at least 1ms")]
    [InlineData("memory: [busy]", "memory: [lazy]", "[lazy]", "'lazy' is not described above; known are busy")]
    [InlineData("memory: [busy]", "memory: []", "[]", "the grid has 0 cells")]
    [InlineData("link: [even, turns]", "link: [odd]", "[odd]", "'odd' is not described above")]
    [InlineData("devices: [none, nic]", "devices: [gpu]", "[gpu]", "'gpu' is not described above")]
    [InlineData("limit: [50ms, 1s]", "limit: []", "[busy]", "the grid has 0 cells")]
    [InlineData("limit: [50ms, 1s]", "limit: [0ms]", "0ms", "a duration above 0")]
    [InlineData("limit: [50ms, 1s]", "limit: [50]", "50]", "a duration above 0 with its unit")]
    [InlineData("confidence: [0.9, 0.99]", "confidence: [1]", "1]", "a share from 0.5 to 0.9999")]
    [InlineData("confidence: [0.9, 0.99]", "confidence: [0.4]", "0.4]", "a share from 0.5 to 0.9999")]
    [InlineData("confidence: [0.9, 0.99]", "confidence: [-0.9]", "-0.9]", "a share from 0.5 to 0.9999")]
    [InlineData("confidence: [0.9, 0.99]", "confidence: []", "[busy]", "the grid has 0 cells")]
    [InlineData("confidence: [0.9", "colour: red\n    confidence: [0.9", "colour", "unknown key 'colour'")]
    [InlineData("completeWithin: 120s", "completeWithin: 2h", "2h", "at most 3600 s")]
    [InlineData("completeWithin: 120s", "", "links", "the key 'completeWithin' is missing")]
    public void What_is_wrong_is_refused_with_its_place(string right, string wrong, string place, string words)
    {
        Assert.Single(Occurrences(SmallWorkloads.Text, right));
        var text = SmallWorkloads.Text.Replace(right, wrong, StringComparison.Ordinal) + "\n";

        var refusal = Assert.Throws<DocumentException>(() => WorkloadFileText.Read(text, "w.yaml"));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        var lines = text.Split('\n');
        Assert.InRange(refusal.Line, 1, lines.Length);
        Assert.StartsWith(place, string.Join('\n', lines[(int)(refusal.Line - 1)..])[(int)(refusal.Column - 1)..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_without_entries_is_refused()
    {
        var lines = SmallWorkloads.Text.Split('\n').ToList();
        lines.RemoveRange(4, 4);
        lines[3] = "  links: {}";

        var refusal = Assert.Throws<DocumentException>(() => WorkloadFileText.Read(string.Join('\n', lines), "w.yaml"));

        Assert.Equal((4, 10), (refusal.Line, refusal.Column));
        Assert.Contains("'links' has 0 entries", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_of_too_many_cells_is_refused()
    {
        // 1 memory, 2 links, 2 devices, 2 confidences: 8 cells for each limit.
        var limits = string.Join(", ", Enumerable.Repeat("50ms", 12_501));
        var text = SmallWorkloads.Text.Replace("50ms, 1s", limits, StringComparison.Ordinal);

        var refusal = Assert.Throws<DocumentException>(() => WorkloadFileText.Read(text, "w.yaml"));

        Assert.Contains("100008 cells", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(16, refusal.Line);
    }

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            yield return at;
        }
    }
}
