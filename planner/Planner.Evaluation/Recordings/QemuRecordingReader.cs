using System.Text.RegularExpressions;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Evaluation;

/// <summary>
/// Reads recordings of QEMU migrations: lines <c>{"t": seconds, "query-migrate": QEMU's own reply}</c>, and events as
/// <c>{"t": seconds, "event": QEMU's own event}</c>, as they are or compressed with gzip. Lines of arcs are passed over.
/// </summary>
/// <remarks>The reply is described in QEMU's qapi/migration.json under MigrationInfo. Fields that are not needed may hold anything.</remarks>
public static partial class QemuRecordingReader
{
    private const double BytesPerMegabit = 1e6 / 8;
    private const double UsualPageSize = 4096;

    /// <summary>Reads all recordings of a folder, those named <c>*.jsonl</c> or <c>*.jsonl.gz</c>, in order of their names.</summary>
    /// <exception cref="DocumentException">A file is no such recording.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<QemuRecording> ReadFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsRecording).Order(StringComparer.Ordinal).SelectMany(ReadFile)];

    /// <summary>Reads the migrations of a file, at least one; a file whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <exception cref="DocumentException">The file is no such recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<QemuRecording> ReadFile(string path)
    {
        var lines = new Lines();
        return lines.Finish(path, RecordingLines.ReadFile(path, lines.Take));
    }

    /// <summary>Reads the migrations of a stream, at least one.</summary>
    /// <param name="stream">The lines, in UTF-8.</param>
    /// <param name="file">The file's name, for messages and the recording's name.</param>
    /// <exception cref="DocumentException">The stream is no such recording.</exception>
    public static IReadOnlyList<QemuRecording> Read(Stream stream, string file)
    {
        var lines = new Lines();
        return lines.Finish(file, RecordingLines.Read(stream, file, lines.Take));
    }

    private static bool IsRecording(string path) =>
        path.EndsWith(".jsonl", StringComparison.Ordinal) || path.EndsWith(".jsonl.gz", StringComparison.Ordinal);

    /// <summary>Gathers the lines of a recording. A file may hold several migrations, one after the other.</summary>
    internal sealed class Lines
    {
        private static readonly string[] Ends = ["completed", "cancelled", "failed"];

        private readonly List<(List<QemuPoll> Polls, List<QemuEvent> Events, QemuOutcome? Outcome)> _ended = [];
        private List<QemuPoll> _polls = [];
        private List<QemuEvent> _events = [];
        private double _start = double.NaN;
        private double _total;
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

        /// <summary>The recordings.</summary>
        public IReadOnlyList<QemuRecording> Finish(string file, RecordingFile read)
        {
            EndMigration();
            var name = RecordingLines.NameOf(file);
            return _ended.Count > 0
                ? [.. _ended.Select((m, i) => new QemuRecording
                {
                    Name = _ended.Count > 1 ? $"{name}#{i + 1}" : name,
                    Configuration = Run().Replace(name, string.Empty),
                    Polls = m.Polls,
                    Events = m.Events,
                    Outcome = m.Outcome,
                    Skipped = read.Skipped,
                })]
                : throw new DocumentException(file, 0, 0, "there is no query-migrate reply with \"ram\" in this file");
        }

        private void EndMigration()
        {
            if (_polls.Count > 0)
            {
                _ended.Add((_polls, _events, _outcome));
                (_polls, _events, _outcome, _start) = ([], [], null, double.NaN);
            }
        }

        /// <summary>Before the first and after the last step QEMU's replies have no figures.</summary>
        private void TakeReply(double seconds, RecordingFields reply)
        {
            if (reply.Object("ram") is not { } ram)
            {
                return;
            }

            var total = reply.Required("total-time", 1000 * ValueLimits.LongestSeconds, "query-migrate") / 1000;
            var status = reply.Text("status") ?? throw reply.Problem("\"query-migrate\" lacks \"status\"");

            // QEMU counts the time of each migration from 0, and begins none before the one before is over.
            if (_polls.Count > 0 && (total < _total || (Ends.Contains(_polls[^1].Status) && !Ends.Contains(status))))
            {
                EndMigration();
            }

            if (total is not { } elapsed || ReadPoll(reply, ram, status) is not { } poll)
            {
                return;
            }

            _start = double.IsNaN(_start) ? seconds - elapsed : _start;
            _total = elapsed;
            _polls.Add(poll with { ElapsedSeconds = Math.Max(0, seconds - _start) });
            if (status == "completed" && poll.DowntimeSeconds is { } downtime)
            {
                _outcome ??= new QemuOutcome(downtime, elapsed, poll.StopPhaseBytes);
            }
        }

        /// <summary>Reads what a reply says; null where a number that is needed cannot be. What was known before and after it is enough.</summary>
        private static QemuPoll? ReadPoll(RecordingFields reply, RecordingFields ram, string status)
        {
            var remaining = ram.Required("remaining", ValueLimits.MostBytes, "ram");
            var syncs = ram.Required("dirty-sync-count", int.MaxValue, "ram");
            var pageSize = Bytes(ram, "page-size") ?? UsualPageSize;
            return remaining is null || syncs is null ? null : new QemuPoll
            {
                ElapsedSeconds = 0,
                Status = status,
                RemainingBytes = remaining.Value,
                TransferredBytes = Bytes(ram, "transferred") ?? 0,
                ScannedBytes = ((Bytes(ram, "duplicate") ?? 0) + (Bytes(ram, "normal") ?? 0)) * pageSize,
                DirtySyncs = (int)syncs.Value,
                DirtyBytesPerSecond = (Bytes(ram, "dirty-pages-rate") ?? 0) * pageSize,
                BytesPerSecond = (ram.Number("mbps", ValueLimits.MostBytesPerSecond / BytesPerMegabit) ?? 0) * BytesPerMegabit,
                ExpectedDowntimeSeconds = Milliseconds(reply, "expected-downtime") ?? double.NaN,
                ThrottleShare = (reply.Number("cpu-throttle-percentage", 100) ?? 0) / 100,
                TotalBytes = Bytes(ram, "total") ?? 0,
                VfioBytes = reply.Object("vfio") is { } vfio ? Bytes(vfio, "transferred") : null,
                PreCopyBytes = Bytes(ram, "precopy-bytes") ?? 0,
                StopPhaseBytes = Bytes(ram, "downtime-bytes") ?? 0,
                PostCopyBytes = Bytes(ram, "postcopy-bytes") ?? 0,
                DowntimeSeconds = Milliseconds(reply, "downtime"),
            };
        }

        private static double? Bytes(RecordingFields fields, string name) => fields.Number(name, ValueLimits.MostBytes);

        private static double? Milliseconds(RecordingFields fields, string name) => fields.Number(name, 1000 * ValueLimits.LongestSeconds) / 1000;
    }

    [GeneratedRegex(@"-run\d+$")]
    private static partial Regex Run();
}
