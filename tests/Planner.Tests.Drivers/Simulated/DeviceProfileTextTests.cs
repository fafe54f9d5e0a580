using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.Simulated;

public class DeviceProfileTextTests
{
    private const string Head = "apiVersion: planner/v1\nkind: DeviceProfile\nmetadata: { name: nic }\nspec:\n";
    private const string Spec = "  flags: [STOP_COPY, P2P, PRE_COPY]\n  arcs: { default: { median: 2ms, p99: 6ms } }\n  state: { bytes: 64MiB }\n";

    [Fact]
    public void A_profile_with_only_flags_arcs_and_a_size_offers_nothing_else()
    {
        var profile = DeviceProfileText.Read(Head + Spec, "p.yaml");

        Assert.Equal("sim/nic", profile.DeviceClass);
        Assert.Equal(new Arc(DeviceState.PreCopy, DeviceState.PreCopyP2P), profile.CommitArc);
        Assert.Equal(64L << 20, profile.StateBytes);
        Assert.Equal(0, profile.StateJitter);
        Assert.Null(profile.ReadBytesPerSecond);
        Assert.Null(profile.DataSize);
        Assert.False(profile.ReportsArcLatency);
        Assert.Equal(LoadProfile.Instant, profile.Load);
        Assert.Equal(PreCopyProfile.Nothing, profile.PreCopy);
        Assert.Equal(DeadlineProfile.None, profile.Deadline);
        Assert.Empty(profile.Faults);
    }

    [Fact]
    public void Every_key_of_a_profile_is_read()
    {
        var profile = ReadExample("fast-nic-profile.yaml");

        Assert.Equal("fast-nic", profile.Name);
        Assert.Equal("sim/fast-nic/1.0", profile.DeviceClass);
        Assert.Equal(TestProfiles.AllFlags, profile.Capabilities);
        Assert.Equal(new Arc(DeviceState.RunningP2P, DeviceState.Stop), profile.CommitArc);
        Assert.Equal(new LogNormalLatency(Milliseconds(2), Milliseconds(6)), profile.DefaultLatency);
        Assert.Equal(new LogNormalLatency(Milliseconds(20), Milliseconds(45), Milliseconds(200)), profile.LatencyOf(new Arc(DeviceState.RunningP2P, DeviceState.Stop)));
        var loading = Assert.IsType<EmpiricalLatency>(profile.LatencyOf(new Arc(DeviceState.Resuming, DeviceState.Stop)));
        Assert.Equal([Milliseconds(8), Milliseconds(9), Milliseconds(9), Milliseconds(30)], loading.Values);
        Assert.Equal(profile.DefaultLatency, profile.LatencyOf(new Arc(DeviceState.Stop, DeviceState.StopCopy)));
        Assert.Equal(new LoadProfile(Milliseconds(5), 2L << 30), profile.Load);
        Assert.Equal((64L << 20, 0.05), (profile.StateBytes, profile.StateJitter));
        Assert.Equal(1L << 30, profile.ReadBytesPerSecond);
        Assert.Equal(new PreCopyProfile(48L << 20, 20L << 20, 32L << 20, 0), profile.PreCopy);
        Assert.Equal(DataSizeMeaning.Total, profile.DataSize);
        Assert.True(profile.ReportsArcLatency);
        Assert.Equal(new DeadlineProfile(DeadlineShape.A, 0xfd01, true), profile.Deadline);
        Assert.Equal(new ArcFault(new Arc(DeviceState.Stop, DeviceState.StopCopy), Errno.EIO, 0.01, DeviceState.Stop), Assert.Single(profile.Faults));
    }

    [Fact]
    public void A_heavy_tail_and_a_drift_are_read()
    {
        var profile = ReadExample("drifting-gpu-profile.yaml");

        Assert.Equal(new ParetoLatency(Milliseconds(15), 2.2, TimeSpan.FromSeconds(2)), profile.LatencyOf(new Arc(DeviceState.Running, DeviceState.RunningP2P)));
        Assert.Equal(new LatencyDrift(2.5, 400, 1.0, 600), profile.LatencyOf(new Arc(DeviceState.Resuming, DeviceState.Stop)).Drift);
    }

    [Fact]
    public void Every_example_profile_is_valid()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-profile.yaml");

        Assert.NotEmpty(files);
        Assert.All(files, f => DeviceProfileText.Read(File.ReadAllText(f), f));
    }

    [Fact]
    public void Every_built_in_profile_is_valid_and_named_like_its_file()
    {
        Assert.Equal(["deadline-gpu", "fast-nic"], BuiltInProfiles.Names);
        Assert.All(BuiltInProfiles.Names, n => Assert.Equal(n, BuiltInProfiles.Get(n).Name));
        Assert.NotEqual(DeadlineShape.None, BuiltInProfiles.DeadlineGpu.Deadline.Shape);
        Assert.Equal(TestProfiles.AllFlags, BuiltInProfiles.FastNic.Capabilities);
    }

    [Fact]
    public void An_unknown_built_in_profile_is_answered_with_the_names_of_those_there_are()
    {
        var e = Assert.Throws<DocumentException>(() => BuiltInProfiles.Get("slow-nic"));
        Assert.Contains("deadline-gpu, fast-nic", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deadline: { shape: B, feature: 64770 }", 0xfd02)]
    [InlineData("deadline: { shape: A, feature: 13 }", 13)]
    public void A_feature_number_of_another_feature_is_refused(string key, int number)
    {
        var e = Assert.Throws<DocumentException>(() => DeviceProfileText.Read($"{Head}{Spec}  {key}\n", "p.yaml"));
        Assert.Contains($"'feature' is '{number}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deadline: { shape: A }", 0xfd01)]
    [InlineData("deadline: { shape: A, feature: 0xAB12 }", 0xab12)]
    [InlineData("deadline: { shape: A, feature: 20 }", 20)]
    public void A_feature_number_is_read_in_hexadecimal_and_decimal(string key, int number) =>
        Assert.Equal(number, DeviceProfileText.Read($"{Head}{Spec}  {key}\n", "p.yaml").Deadline.Feature);

    [Theory]
    [InlineData("colour: red", "colour", "unknown key 'colour'")]
    [InlineData("commitArc: RUNNING->SLEEPING", "RUNNING->SLEEPING", "'RUNNING->SLEEPING' is not an arc")]
    [InlineData("commitArc: RUNNING_P2P->STOP_COPY", "RUNNING_P2P->STOP_COPY", "name those arcs")]
    [InlineData("load: { fixed: 5, rate: 2GiB/s }", "5,", "a duration with its unit")]
    [InlineData("load: { rate: 2GiB }", "2GiB", "a rate above 0 with its unit")]
    [InlineData("load: { rate: 0B/s }", "0B/s", "a rate above 0 with its unit")]
    [InlineData("read: { speed: 1GiB/s }", "{ speed", "the key 'rate' is missing")]
    [InlineData("preCopy: { initial: 65MiB }", "65MiB", "more than the whole state")]
    [InlineData("preCopy: { dirtyCap: 1GiB }", "1GiB", "more than the whole state")]
    [InlineData("preCopy: { dirtyRate: -1MiB/s }", "-1MiB/s", "a rate with its unit")]
    [InlineData("preCopy: { reinit: 1.5 }", "1.5", "a number from 0 to 1")]
    [InlineData("preCopy: { reinit: NaN }", "NaN", "a number from 0 to 1")]
    [InlineData("dataSize: { offered: yes }", "yes", "true or false")]
    [InlineData("dataSize: { meaning: some }", "some", "one of total, maximum, remaining")]
    [InlineData("deadline: { feature: 0xfd01 }", "{ feature", "the key 'shape' is missing")]
    [InlineData("deadline: { shape: D }", "D", "one of none, A, B, C")]
    [InlineData("faults: [ { errno: EIO } ]", "{ errno", "the key 'arc' is missing")]
    [InlineData("faults: [ { arc: STOP->STOP_COPY, errno: EWHAT } ]", "EWHAT", "the name of an error such as EIO")]
    [InlineData("faults: [ { arc: STOP->STOP_COPY, errno: None } ]", "None", "the name of an error such as EIO")]
    [InlineData("faults: [ { arc: STOP->STOP_COPY, errno: EIO, probability: 1.01 } ]", "1.01", "a number from 0 to 1")]
    [InlineData("faults: [ { arc: STOP->STOP_COPY, errno: EIO, leavesState: LIMBO } ]", "LIMBO", "a state that the device has, or ERROR")]
    public void What_a_profile_cannot_say_is_refused_with_line_and_column(string key, string at, string problem)
    {
        const int Indent = 2;
        AssertRefused($"{Head}{Spec}  {key}\n", 8, Indent + ColumnOf(at, key), problem);
    }

    [Theory]
    [InlineData("{ median: 2ms, p99: 1ms }", "1ms }", "p99 is 1.00 ms, below the median of 2.00 ms")]
    [InlineData("{ median: 2ms, p99: 6ms, worst: 5ms }", "5ms", "the worst case is 5.00 ms, below the p99 of 6.00 ms")]
    [InlineData("{ median: 2ms }", "{ median", "the key 'p99' is missing")]
    [InlineData("{ median: 2, p99: 6ms }", "2,", "a duration above 0 with its unit")]
    [InlineData("{ median: 0ms, p99: 6ms }", "0ms", "a duration above 0 with its unit")]
    [InlineData("{ median: 2ms, p99: Infinity }", "Infinity", "a duration above 0 with its unit")]
    [InlineData("{ median: 2ms, p99: 6ms, empirical: [1ms] }", "median", "the key 'median' does not go with the others here")]
    [InlineData("{ median: 2ms, p99: 6ms, wort: 7ms }", "wort", "unknown key 'wort'; known here: drift, empirical, median, p99, pareto, worst")]
    [InlineData("{ empirical: [] }", "[]", "from 1 to 100000 are expected")]
    [InlineData("{ empirical: [1ms, 2] }", "2]", "'2' is not a duration above 0")]
    [InlineData("{ pareto: { scale: 1ms } }", "{ scale", "the key 'alpha' is missing")]
    [InlineData("{ pareto: { scale: 1ms, alpha: 0 } }", "0 }", "a number from 0.1 to 1000")]
    [InlineData("{ pareto: { scale: 2ms, alpha: 2, worst: 1ms } }", "1ms", "below the scale of 2.00 ms")]
    [InlineData("{ median: 2ms, p99: 6ms, drift: { stepTo: 2.5 } }", "2.5", "a factor above 0")]
    [InlineData("{ median: 2ms, p99: 6ms, drift: { stepTo: 2x, after: -1 } }", "-1", "a whole number from 0")]
    [InlineData("{ median: 2ms, p99: 6ms, drift: { stepTo: 2x, then: { rampTo: 0x, over: 5 } } }", "0x", "a factor above 0")]
    [InlineData("{ mean: 2ms }", "{ mean", "needs median and p99, or empirical, or pareto")]
    public void A_latency_that_cannot_be_is_refused_with_line_and_column(string latency, string at, string problem)
    {
        const string Before = "  arcs: { default: ";
        AssertRefused($"{Head}  flags: [STOP_COPY]\n  state: {{ bytes: 1MiB }}\n{Before}{latency} }}\n", 7, Before.Length + ColumnOf(at, latency), problem);
    }

    [Theory]
    [InlineData("RUNNING_P2P->STOP", "has no arc RUNNING_P2P->STOP")]
    [InlineData("RUNNING->PRE_COPY", "has no arc RUNNING->PRE_COPY")]
    [InlineData("STOP->STOP", "has no arc STOP->STOP")]
    [InlineData("ERROR->STOP", "has no arc ERROR->STOP")]
    [InlineData("RESUMING->RUNNING", "runs RESUMING->RUNNING as RESUMING->STOP, STOP->RUNNING; name those arcs")]
    [InlineData("FAST", "is not an arc")]
    public void An_arc_that_the_flags_do_not_allow_is_refused_at_its_key(string arc, string problem) => AssertRefused(
        $"{Head}  flags: [STOP_COPY]\n  state: {{ bytes: 1MiB }}\n  arcs:\n    default: {{ median: 1ms, p99: 1ms }}\n    {arc}: {{ median: 1ms, p99: 1ms }}\n",
        9,
        5,
        problem);

    [Fact]
    public void Without_a_default_every_arc_must_be_named() => AssertRefused(
        $"{Head}  flags: [STOP_COPY]\n  state: {{ bytes: 1MiB }}\n  arcs:\n    RUNNING->STOP: {{ median: 1ms, p99: 1ms }}\n",
        8,
        5,
        "nor a 'default'");

    [Theory]
    [InlineData("flags: [P2P]", "must hold STOP_COPY")]
    [InlineData("flags: [STOP_COPY, SPEED]", "'SPEED' is not a flag")]
    public void A_set_of_flags_that_cannot_migrate_is_refused(string flags, string problem) =>
        AssertRefused($"{Head}  {flags}\n  state: {{ bytes: 1MiB }}\n  arcs: {{ default: {{ median: 1ms, p99: 1ms }} }}\n", 5, null, problem);

    [Fact]
    public void Pre_copy_without_its_flag_is_refused() => AssertRefused(
        $"{Head}  flags: [STOP_COPY, P2P]\n  state: {{ bytes: 1MiB }}\n  arcs: {{ default: {{ median: 1ms, p99: 1ms }} }}\n  preCopy: {{ initial: 1kB }}\n",
        8,
        3,
        "needs the flag PRE_COPY");

    [Fact]
    public void A_document_of_another_kind_is_refused()
    {
        var e = Assert.Throws<DocumentException>(() => DeviceProfileText.Read("apiVersion: planner/v1\nkind: Fleet\nspec: {}\n", "p.yaml"));
        Assert.Contains("DeviceProfile is expected", e.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string text, int line, int? column, string problem)
    {
        var e = Assert.Throws<DocumentException>(() => DeviceProfileText.Read(text, "p.yaml"));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Equal((line, column ?? e.Column), (e.Line, e.Column));
        Assert.StartsWith($"p.yaml:{e.Line}:{e.Column}: ", e.Message, StringComparison.Ordinal);
    }

    private static int ColumnOf(string at, string line) => line.IndexOf(at, StringComparison.Ordinal) + 1;

    private static DeviceProfile ReadExample(string name)
    {
        var path = Path.Combine(Repository.Root, "docs", "examples", name);
        return DeviceProfileText.Read(File.ReadAllText(path), path);
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
