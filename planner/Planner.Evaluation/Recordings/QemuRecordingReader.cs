using System.Text.RegularExpressions;
using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>
/// Reads recordings of QEMU migrations: lines <c>{"t": seconds, "query-migrate": QEMU's own reply}</c>, and events as
/// <c>{"t": seconds, "event": QEMU's own event}</c>, as they are or compressed with gzip. Lines of arcs are passed over.
/// </summary>
/// <remarks>The reply is described in QEMU's qapi/migration.json under MigrationInfo. Fields that are not needed may hold anything.</remarks>
public static partial class QemuRecordingReader
{
    private const double BytesPerMegabit = 1e6 / 8;

    /// <summary>Reads all recordings of a folder, those named <c>*.jsonl</c> or <c>*.jsonl.gz</c>, in order of their names.</summary>
    /// <exception cref="DocumentException">A file is no such recording.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<QemuRecording> ReadFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsRecording).Order(StringComparer.Ordinal).Select(ReadFile)];

    /// <summary>Reads a file; one whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <exception cref="DocumentException">The file is no such recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static QemuRecording ReadFile(string path)
    {
        var lines = new Lines();
        return lines.Finish(path, RecordingLines.ReadFile(path, lines.Take));
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The lines, in UTF-8.</param>
    /// <param name="file">The file's name, for messages and the recording's name.</param>
    /// <exception cref="DocumentException">The stream is no such recording.</exception>
    public static QemuRecording Read(Stream stream, string file)
    {
        var lines = new Lines();
        return lines.Finish(file, RecordingLines.Read(stream, file, lines.Take));
    }

    private static bool IsRecording(string path) =>
        path.EndsWith(".jsonl", StringComparison.Ordinal) || path.EndsWith(".jsonl.gz", StringComparison.Ordinal);

    /// <summary>Gathers the lines of a recording.</summary>
    internal sealed class Lines
    {
        private readonly List<QemuPoll> _polls = [];
        private readonly List<QemuEvent> _events = [];
        private double _start = double.NaN;
        private QemuOutcome? _outcome;

        /// <summary>Whether a line is QEMU's.</summary>
        public static bool IsOfQemu(RecordingFields line) => line.Has("query-migrate") || line.Has("event");

        /// <summary>Takes a line of QEMU; passes one of an arc over.</summary>
        public void Take(RecordingFields line)
        {
            var seconds = line.Number("t")!.Value;
            if (line.Object("query-migrate") is { } reply)
            {
                TakeReply(seconds, reply);
            }
            else if (line.Object("event") is { } message)
            {
                _events.Add(new QemuEvent(seconds, message.Text("event") ?? throw line.Problem("the event lacks its name \"event\"")));
            }
            else if (!line.Has("from"))
            {
                throw line.Problem("the line must hold \"query-migrate\" or \"event\"");
            }
        }

        /// <summary>The recording.</summary>
        public QemuRecording Finish(string file, IReadOnlyList<SkippedLine> skipped)
        {
            var name = RecordingLines.NameOf(file);
            return _polls.Count > 0
                ? new QemuRecording
                {
                    Name = name,
                    Configuration = Run().Replace(name, string.Empty),
                    Polls = _polls,
                    Events = _events,
                    Outcome = _outcome,
                    Skipped = skipped,
                }
                : throw new DocumentException(file, 0, 0, "there is no query-migrate reply with \"ram\" in this file");
        }

        /// <summary>Before the first and after the last step QEMU's replies have no figures.</summary>
        private void TakeReply(double seconds, RecordingFields reply)
        {
            if (reply.Object("ram") is not { } ram)
            {
                return;
            }

            var total = (reply.Number("total-time") ?? throw reply.Problem("\"query-migrate\" lacks \"total-time\"")) / 1000;
            var status = reply.Text("status") ?? throw reply.Problem("\"query-migrate\" lacks \"status\"");
            if (double.IsNaN(_start))
            {
                _start = seconds - total;
            }

            var poll = ReadPoll(reply, ram, status, Math.Max(0, seconds - _start));
            _polls.Add(poll);
            if (status == "completed" && poll.DowntimeSeconds is { } downtime)
            {
                _outcome ??= new QemuOutcome(downtime, total, poll.StopPhaseBytes);
            }
        }

        private static QemuPoll ReadPoll(RecordingFields reply, RecordingFields ram, string status, double elapsed)
        {
            var pageSize = ram.Number("page-size") ?? 4096;
            return new QemuPoll
            {
                ElapsedSeconds = elapsed,
                Status = status,
                RemainingBytes = ram.Number("remaining") ?? throw reply.Problem("\"ram\" lacks \"remaining\""),
                TransferredBytes = ram.Number("transferred") ?? 0,
                ScannedBytes = ((ram.Number("duplicate") ?? 0) + (ram.Number("normal") ?? 0)) * pageSize,
                DirtySyncs = (int)Math.Min(int.MaxValue, ram.Integer("dirty-sync-count") ?? throw reply.Problem("\"ram\" lacks \"dirty-sync-count\"")),
                DirtyBytesPerSecond = (ram.Number("dirty-pages-rate") ?? 0) * pageSize,
                BytesPerSecond = (ram.Number("mbps") ?? 0) * BytesPerMegabit,
                ExpectedDowntimeSeconds = (reply.Number("expected-downtime") ?? double.NaN) / 1000,
                ThrottleShare = (reply.Number("cpu-throttle-percentage") ?? 0) / 100,
                TotalBytes = ram.Number("total") ?? 0,
                VfioBytes = reply.Object("vfio")?.Number("transferred"),
                PreCopyBytes = ram.Number("precopy-bytes") ?? 0,
                StopPhaseBytes = ram.Number("downtime-bytes") ?? 0,
                PostCopyBytes = ram.Number("postcopy-bytes") ?? 0,
                DowntimeSeconds = reply.Number("downtime") / 1000,
            };
        }
    }

    [GeneratedRegex(@"-run\d+$")]
    private static partial Regex Run();
}
