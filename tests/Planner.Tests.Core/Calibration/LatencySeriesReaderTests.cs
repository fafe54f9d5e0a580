using System.IO.Compression;
using System.Text;
using Planner.Documents;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Calibration;

public sealed class LatencySeriesReaderTests
{
    private const string Header = "start_time,microseconds\n";

    [Fact]
    public void Microseconds_become_seconds_and_the_name_is_the_files()
    {
        var series = Read(Header + "2023-05-28 22:30:00.440,20.5\n2023-05-28 22:43:54.650,21\r\n\n");

        Assert.Equal("disk-vm0", series.Name);
        Assert.Equal([20.5e-6, 21e-6], series.Seconds.Select(s => Math.Round(s, 9)));
        Assert.Empty(series.Skipped);
    }

    [Theory]
    [InlineData("2023-05-28 22:30:00.440", "the line has not two fields")]
    [InlineData("2023-05-28 22:30:00.440,1,2", "the line has not two fields")]
    [InlineData("yesterday,1", "the first field is not a time")]
    [InlineData("2023-05-28 22:30:00.440,", "the second field is not a number")]
    [InlineData("2023-05-28 22:30:00.440,fast", "the second field is not a number")]
    [InlineData("2023-05-28 22:30:00.440,0", "the second field is not a number")]
    [InlineData("2023-05-28 22:30:00.440,-1", "the second field is not a number")]
    [InlineData("2023-05-28 22:30:00.440,NaN", "the second field is not a number")]
    [InlineData("2023-05-28 22:30:00.440,1e300", "the second field is not a number")]
    [InlineData("2023-05-27 22:30:00.440,5", "the time goes back")]
    public void A_line_that_cannot_be_taken_is_skipped_with_its_reason(string line, string reason)
    {
        var series = Read(Header + "2023-05-28 22:00:00,1\n" + line + "\n2023-05-28 23:00:00,3\n");

        Assert.Equal([1e-6, 3e-6], series.Seconds.Select(s => Math.Round(s, 9)));
        var skipped = Assert.Single(series.Skipped);
        Assert.Equal(3, skipped.Line);
        Assert.StartsWith(reason, skipped.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rest_of_a_cut_number_is_not_taken_for_a_latency()
    {
        var series = Read(Header + "2023-05-28 22:00:00,1\n2023-05-28 23:00:00,2");

        Assert.Single(series.Seconds);
        Assert.Equal("the file is cut in the middle of this line", Assert.Single(series.Skipped).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("time;value\n1;2\n")]
    [InlineData(Header)]
    [InlineData(Header + "nothing,good\n")]
    public void A_file_without_series_is_refused_by_name(string text)
    {
        var e = Assert.Throws<DocumentException>(() => Read(text));
        Assert.StartsWith("/data/disk-vm0.csv", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_refused()
    {
        var e = Assert.Throws<DocumentException>(() => Read(Header + new string('1', 2000)));
        Assert.Equal(2, e.Line);
    }

    [Fact]
    public void What_can_be_read_of_a_damaged_compressed_file_is_taken()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".csv.gz");
        var whole = Compress(Header + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"2023-05-28 22:00:00,{i + 1}\n")));
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        try
        {
            var series = LatencySeriesReader.ReadFile(path);

            Assert.InRange(series.Seconds.Count, 1, 19_999);
            Assert.Equal(Enumerable.Range(1, series.Seconds.Count), series.Seconds.Select(s => (int)Math.Round(s * 1e6)));
            Assert.NotEmpty(series.Skipped);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static LatencySeries Read(string text) =>
        LatencySeriesReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "/data/disk-vm0.csv");

    private static byte[] Compress(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
