using System.Text;
using Planner.Evaluation;
using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

public sealed class RecorderTests
{
    private const string Completed =
        """{"status": "completed", "total-time": 2000, "downtime": 15, "ram": {"transferred": 9, "remaining": 0, "total": 100, "dirty-sync-count": 8, "page-size": 4096, "mbps": 1, "downtime-bytes": 345}}""";

    [Fact]
    public void A_recording_is_what_replay_reads()
    {
        var output = new MemoryStream();
        using (var recorder = new QemuRecorder(output))
        {
            recorder.Take(Trace(5_000, QemuTraceKind.Event, ScriptedQemu.Event("MIGRATION_PASS", """{"pass": 7}""").Trim()));
            recorder.Take(Trace(6_000, QemuTraceKind.QueryMigrate, ScriptedQemu.Active.Replace(", ", ",\r\n", StringComparison.Ordinal)));
            recorder.Take(Trace(5_500, QemuTraceKind.Event, ScriptedQemu.Event("STOP").Trim()));
            recorder.Take(Trace(7_000, QemuTraceKind.QueryMigrate, Completed));
            Assert.Empty(output.ToArray());
            recorder.Dispose();
            Assert.Null(recorder.Trouble);
        }

        var recording = QemuRecordingReader.Read(new MemoryStream(output.ToArray()), "x.jsonl").Single();
        Assert.Equal([("MIGRATION_PASS", 0), ("STOP", 1)], recording.Events.Select(e => (e.Name, e.Seconds)));
        Assert.Equal([1, 2], recording.Polls.Select(p => p.ElapsedSeconds));
        Assert.Equal((409_600, 7), (recording.Polls[0].RemainingBytes, recording.Polls[0].DirtySyncs));
        Assert.Equal(new QemuOutcome(0.015, 2, 345), recording.Outcome);
        Assert.Contains("\"event\":{\"event\": \"STOP\", \"data\"", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_that_reaches_its_limit_says_so_and_still_has_its_outcome()
    {
        var output = new MemoryStream();
        using var recorder = new QemuRecorder(output, maxBytes: 1 << 20);
        for (var i = 0; i < 100_000; i++)
        {
            recorder.Take(Trace(i, QemuTraceKind.QueryMigrate, ScriptedQemu.Active));
        }

        recorder.Take(Trace(100_000, QemuTraceKind.Event, ScriptedQemu.Event("STOP").Trim()));
        recorder.Take(Trace(100_001, QemuTraceKind.QueryMigrate, Completed));
        recorder.Take(Trace(100_002, QemuTraceKind.Event, "{" + new string(' ', 1 << 20) + "}"));
        recorder.Dispose();

        Assert.InRange(output.ToArray().Length, 1 << 19, 1 << 20);
        Assert.Contains("limit of 1 MiB", recorder.Trouble, StringComparison.Ordinal);
        var recording = QemuRecordingReader.Read(new MemoryStream(output.ToArray()), "x.jsonl").Single();
        Assert.NotNull(recording.Outcome);
        Assert.Single(recording.Events);
    }

    [Fact]
    public void A_full_disk_is_told_and_fails_nothing()
    {
        var recorder = new QemuRecorder(new FileStream("/dev/full", FileMode.Open, FileAccess.Write));
        recorder.Take(Trace(0, QemuTraceKind.Event, ScriptedQemu.Event("STOP").Trim()));
        recorder.Dispose();
        recorder.Take(Trace(1, QemuTraceKind.Event, "{}"));

        Assert.Contains("make room", recorder.Trouble, StringComparison.Ordinal);
    }

    private static QemuTrace Trace(long milliseconds, QemuTraceKind kind, string json) => new(milliseconds * 1_000_000, kind, Encoding.UTF8.GetBytes(json));
}
