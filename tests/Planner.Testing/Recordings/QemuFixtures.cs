using System.Text;
using Planner.Evaluation;

namespace Planner.Tests.Recordings;

/// <summary>The recorded QEMU migrations that are in the checkout, and recordings that are written out by hand.</summary>
internal static class QemuFixtures
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "fixtures", "qemu-migrations");

    public static IReadOnlyList<QemuRecording> All { get; } = QemuRecordingReader.ReadFolder(Folder);

    public static QemuRecording Named(string name) => All.Single(r => r.Name == name);

    public static QemuRecording Read(string text, string file = "/data/web-run3.jsonl") =>
        ReadAll(text, file).Single();

    public static IReadOnlyList<QemuRecording> ReadAll(string text, string file = "/data/web-run3.jsonl") =>
        QemuRecordingReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), file);

    public static string Reply(double t, double remaining = 1e6, int syncs = 1, string status = "active", string more = "") =>
        $$"""{"t":{{t}},"query-migrate":{"status":"{{status}}","total-time":{{(long)(t * 1000) % 100_000}}{{more}},"ram":{"total":8000000,"remaining":{{remaining}},"dirty-sync-count":{{syncs}},"page-size":4096,"dirty-pages-rate":10,"mbps":8,"transferred":5} } }""" + "\n";
}
