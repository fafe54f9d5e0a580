using System.IO.Compression;
using System.Text;
using Planner.Documents;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Recordings;

public sealed class QemuRecordingReaderTests
{
    [Fact]
    public void All_fifty_recordings_are_read_whole()
    {
        Assert.Equal(50, QemuFixtures.All.Count);
        Assert.All(QemuFixtures.All, r => Assert.Empty(r.Skipped));
        Assert.All(QemuFixtures.All, r => Assert.NotNull(r.Outcome));
        Assert.Equal(10, QemuFixtures.All.Select(r => r.Configuration).Distinct().Count());
        Assert.Equal(20, QemuFixtures.All.Count(r => r.IsSwitchover));
        Assert.Equal(25, QemuFixtures.All.Count(r => r.IsPostCopy));
        Assert.Equal(["stop-copy-4t"], QemuFixtures.All.Where(r => r.WasPaused).Select(r => r.Configuration).Distinct());
        Assert.All(QemuFixtures.All, r => Assert.Equal(0.3, r.DowntimeLimitSeconds));
    }

    [Fact]
    public void QEMUs_units_become_bytes_and_seconds()
    {
        var recording = QemuFixtures.Named("autoconverge-16t-run1");
        var last = recording.Polls.Last(p => p.IsPreCopy);

        Assert.Equal("autoconverge-16t", recording.Configuration);
        Assert.Equal(new QemuOutcome(0.013, 44.918, 38779526), recording.Outcome);
        Assert.Equal(44.806, last.ElapsedSeconds, 0.2);
        Assert.Equal((38477824, 20, 29351 * 4096.0, 0.4, 0.412), (last.RemainingBytes, last.DirtySyncs, last.DirtyBytesPerSecond, last.ThrottleShare, last.ExpectedDowntimeSeconds));
        Assert.Equal(1082.15856e6 / 8, last.BytesPerSecond, 1);
        Assert.Equal((8607571968, 6067551205, null), (last.TotalBytes, last.TransferredBytes, last.VfioBytes));
    }

    [Fact]
    public void Times_count_from_the_start_of_the_migration()
    {
        var recording = QemuFixtures.Read(QemuFixtures.Reply(100.25) + QemuFixtures.Reply(100.5));

        Assert.Equal([0.25, 0.5], recording.Polls.Select(p => Math.Round(p.ElapsedSeconds, 9)));
        Assert.Equal(("web-run3", "web"), (recording.Name, recording.Configuration));
        Assert.Null(recording.Outcome);
    }

    [Fact]
    public void Events_arcs_and_replies_without_figures_are_no_polls()
    {
        var recording = QemuFixtures.Read(
            """{"t":0.5,"query-migrate":{}}""" + "\n\n"
            + """{"t":1,"event":{"event":"MIGRATION_PASS","data":{"pass":1} } }""" + "\n"
            + """{"t":1,"device":"nic0","class":"mlx5","from":"RUNNING","to":"STOP","seconds":0.1,"outcome":"ok"}""" + "\n"
            + QemuFixtures.Reply(2)
            + """{"t":3,"query-migrate":{"status":"completed"} }""" + "\n");

        Assert.Equal(new QemuEvent(1, "MIGRATION_PASS"), Assert.Single(recording.Events));
        Assert.Single(recording.Polls);
    }

    [Fact]
    public void The_bytes_of_VFIO_devices_are_read_where_there_are_some()
    {
        var recording = QemuFixtures.Read(QemuFixtures.Reply(1, more: ",\"vfio\":{\"transferred\":77}"));

        Assert.Equal(77, recording.Polls[0].VfioBytes);
    }

    [Fact]
    public void A_line_that_a_kill_cut_off_is_skipped_and_reported()
    {
        var recording = QemuFixtures.Read(QemuFixtures.Reply(1) + QemuFixtures.Reply(2)[..40]);

        Assert.Single(recording.Polls);
        Assert.Equal(new SkippedLine(2, "the file is cut in the middle of this line"), Assert.Single(recording.Skipped));
    }

    [Fact]
    public void A_last_line_that_lacks_only_its_end_is_taken() =>
        Assert.Equal(2, QemuFixtures.Read(QemuFixtures.Reply(1) + QemuFixtures.Reply(2).TrimEnd()).Polls.Count);

    [Theory]
    [InlineData("nonsense\n", "not a JSON object")]
    [InlineData("[1]\n", "must be a JSON object")]
    [InlineData("{\"query-migrate\":{}}\n", "lacks \"t\"")]
    [InlineData("{\"t\":\"now\",\"query-migrate\":{}}\n", "\"t\" must be a number")]
    [InlineData("{\"t\":1e999,\"query-migrate\":{}}\n", "\"t\" must be a number")]
    [InlineData("{\"t\":5}\n", "must hold \"query-migrate\" or \"event\"")]
    [InlineData("{\"t\":5,\"query-migrate\":3}\n", "\"query-migrate\" must be a JSON object")]
    [InlineData("{\"t\":5,\"event\":{}}\n", "lacks its name")]
    [InlineData("{\"t\":5,\"query-migrate\":{\"ram\":{}}}\n", "lacks \"total-time\"")]
    [InlineData("{\"t\":5,\"query-migrate\":{\"total-time\":1,\"ram\":{}}}\n", "lacks \"status\"")]
    [InlineData("{\"t\":5,\"query-migrate\":{\"total-time\":1,\"status\":\"active\",\"ram\":{}}}\n", "lacks \"remaining\"")]
    [InlineData("{\"t\":5,\"query-migrate\":{\"total-time\":1,\"status\":\"active\",\"ram\":{\"remaining\":-1}}}\n", "\"remaining\" must be")]
    [InlineData("{\"t\":5,\"query-migrate\":{\"total-time\":1,\"status\":\"active\",\"ram\":{\"remaining\":1,\"dirty-sync-count\":1.5}}}\n", "\"dirty-sync-count\" must be")]
    [InlineData("{\"t\":0.5,\"query-migrate\":{}}\n", "the time goes back")]
    public void What_is_wrong_is_an_error_with_file_and_line(string line, string problem)
    {
        var e = Assert.Throws<DocumentException>(() => QemuFixtures.Read(QemuFixtures.Reply(1) + line + QemuFixtures.Reply(9)));

        Assert.StartsWith("/data/web-run3.jsonl:2:", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"t\":1,\"query-migrate\":{}}\n")]
    public void A_file_without_a_migration_is_refused_by_name(string text) =>
        Assert.Contains("/data/web-run3.jsonl: there is no query-migrate reply", Assert.Throws<DocumentException>(() => QemuFixtures.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_line_without_end_is_refused() =>
        Assert.Contains("longer than", Assert.Throws<DocumentException>(() => QemuFixtures.Read(new string(' ', 300_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_small_file_that_unpacks_to_a_huge_one_is_refused()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".jsonl.gz");
        try
        {
            using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            {
                var blank = Encoding.UTF8.GetBytes(new string(' ', 99_999) + "\n");
                for (var i = 0; i < 5400; i++)
                {
                    gzip.Write(blank);
                }
            }

            Assert.Contains("more than 512 MiB", Assert.Throws<DocumentException>(() => QemuRecordingReader.ReadFile(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_can_be_read_of_a_damaged_compressed_file_is_taken()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".jsonl.gz");
        var whole = File.ReadAllBytes(Path.Combine(QemuFixtures.Folder, "autoconverge-16t-run1.jsonl.gz"));
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        try
        {
            var recording = QemuRecordingReader.ReadFile(path);

            Assert.InRange(recording.Polls.Count, 10, 200);
            Assert.NotEmpty(recording.Skipped);
            Assert.Null(recording.Outcome);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
