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

    [Theory]
    [InlineData("\"mbps\":8", "\"mbps\":-1")]
    [InlineData("\"mbps\":8", "\"mbps\":1e300")]
    [InlineData("\"mbps\":8", "\"mbps\":\"fast\"")]
    [InlineData("\"transferred\":5", "\"transferred\":1.8e19")]
    [InlineData("\"dirty-pages-rate\":10", "\"dirty-pages-rate\":18446744073709547520")]
    [InlineData("\"page-size\":4096", "\"page-size\":null")]
    public void A_number_that_cannot_be_stands_for_nothing_and_the_rest_of_its_reply_counts(string good, string bad)
    {
        var recording = QemuFixtures.Read(QemuFixtures.Reply(1) + QemuFixtures.Reply(2, remaining: 7).Replace(good, bad, StringComparison.Ordinal) + QemuFixtures.Reply(3));

        Assert.Equal([1e6, 7, 1e6], recording.Polls.Select(p => p.RemainingBytes));
    }

    [Theory]
    [InlineData("\"remaining\":1000000", "\"remaining\":-1")]
    [InlineData("\"remaining\":1000000", "\"remaining\":18446744073709547520")]
    [InlineData("\"dirty-sync-count\":1", "\"dirty-sync-count\":-1")]
    [InlineData("\"total-time\":2000", "\"total-time\":-5")]
    public void A_reply_whose_needed_number_cannot_be_is_passed_over_and_the_others_count(string good, string bad)
    {
        var second = QemuFixtures.Reply(2);
        Assert.Contains(good, second, StringComparison.Ordinal);
        var recording = QemuFixtures.Read(QemuFixtures.Reply(1) + second.Replace(good, bad, StringComparison.Ordinal) + QemuFixtures.Reply(3));

        Assert.Equal([1, 3], recording.Polls.Select(p => p.ElapsedSeconds));
    }

    [Fact]
    public void A_migration_that_begins_after_another_in_one_file_is_one_of_its_own()
    {
        var recordings = QemuFixtures.ReadAll(
            QemuFixtures.Reply(101) + QemuFixtures.Reply(109) + QemuFixtures.Reply(110, status: "cancelled")
            + Reply(200, totalMilliseconds: 0, "active") + Reply(219.5, totalMilliseconds: 19_500, "completed", ",\"downtime\":120"));

        Assert.Equal(["web-run3#1", "web-run3#2"], recordings.Select(r => r.Name));
        Assert.All(recordings, r => Assert.Equal("web", r.Configuration));
        Assert.Equal([true, false], recordings.Select(r => r.NeverCompleted));
        Assert.Equal((3, 2), (recordings[0].Polls.Count, recordings[1].Polls.Count));
        Assert.Equal(19.5, recordings[1].Outcome!.TotalSeconds);
        Assert.Equal(0, recordings[1].Polls[0].ElapsedSeconds);
    }

    [Fact]
    public void A_time_that_begins_anew_is_another_migration_even_if_the_end_of_the_first_is_missing() =>
        Assert.Equal(2, QemuFixtures.ReadAll(QemuFixtures.Reply(5) + Reply(6, totalMilliseconds: 100, "active")).Count);

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
    [InlineData("{\"t\":5,\"query-migrate\":{\"total-time\":1,\"status\":\"active\",\"ram\":{\"remaining\":1}}}\n", "lacks \"dirty-sync-count\"")]
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

    private static string Reply(double t, int totalMilliseconds, string status, string more = "") =>
        $$"""{"t":{{t}},"query-migrate":{"status":"{{status}}","total-time":{{totalMilliseconds}}{{more}},"ram":{"remaining":5,"dirty-sync-count":1} } }""" + "\n";

    [Fact]
    public void A_line_without_end_is_refused() =>
        Assert.Contains("longer than", Assert.Throws<DocumentException>(() => QemuFixtures.Read(new string(' ', 17_000_000))).Message, StringComparison.Ordinal);

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
            var recording = Assert.Single(QemuRecordingReader.ReadFile(path));

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
