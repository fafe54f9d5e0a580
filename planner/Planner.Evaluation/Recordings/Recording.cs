using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>What a recording holds: migrations under QEMU, sessions that walked devices, and the arcs of these.</summary>
/// <param name="File">The file's name, as it was given.</param>
/// <param name="Migrations">The migrations under QEMU, in order.</param>
/// <param name="Sessions">The sessions with devices whose decisions were recorded, in order.</param>
/// <param name="Arcs">The latencies of each arc of each class; empty without arcs.</param>
/// <param name="Skipped">The lines that were left out.</param>
/// <param name="Impossible">The numbers that cannot be and were passed over.</param>
public sealed record Recording(
    string File,
    IReadOnlyList<QemuRecording> Migrations,
    IReadOnlyList<DeviceRecording> Sessions,
    IReadOnlyList<LatencySeries> Arcs,
    IReadOnlyList<SkippedLine> Skipped,
    IReadOnlyList<SkippedLine> Impossible)
{
    /// <summary>Reads a file; one whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <exception cref="DocumentException">The file is no recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Recording ReadFile(string path)
    {
        var (replies, arcs, sessions) = (new QemuRecordingReader.Lines(), new ArcRecordingReader.Arcs(), new DeviceRecordingReader(RecordingLines.NameOf(path)));
        var (ofQemu, ofArcs) = (0, 0);
        var read = RecordingLines.ReadFile(path, line =>
        {
            if (QemuRecordingReader.Lines.IsOfQemu(line))
            {
                ofQemu++;
                replies.Take(line);
            }
            else if (line.Has("from"))
            {
                ofArcs++;
                arcs.Take(line);
            }
            else if (!sessions.TryTake(line))
            {
                throw line.Problem("the line must hold \"query-migrate\", \"event\", an arc with \"from\" and \"to\", or a step of a session (\"migration\", \"decision\", \"transfer\", \"ended\")");
            }
        });
        var ofSessions = sessions.Finish();
        return ofQemu + ofArcs + ofSessions.Count > 0
            ? new Recording(
                path, ofQemu > 0 ? replies.Finish(path, read) : [], ofSessions, ofArcs > 0 && (ofSessions.Count == 0 || arcs.HasAny) ? arcs.Finish(path, read) : [], read.Skipped, read.Impossible)
            : throw new DocumentException(path, 0, 0, "there is no recording in this file");
    }
}
