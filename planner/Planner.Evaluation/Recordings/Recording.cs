using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>What a recording holds: a migration under QEMU, arcs of devices, or both.</summary>
/// <param name="File">The file's name, as it was given.</param>
/// <param name="Migration">The migration; null without QEMU's replies.</param>
/// <param name="Arcs">The latencies of each arc of each class; empty without arcs.</param>
/// <param name="Skipped">The lines that were left out.</param>
public sealed record Recording(string File, QemuRecording? Migration, IReadOnlyList<LatencySeries> Arcs, IReadOnlyList<SkippedLine> Skipped)
{
    /// <summary>Reads a file; one whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <exception cref="DocumentException">The file is no recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Recording ReadFile(string path)
    {
        var (replies, arcs) = (new QemuRecordingReader.Lines(), new ArcRecordingReader.Arcs());
        var (ofQemu, ofArcs) = (0, 0);
        var skipped = RecordingLines.ReadFile(path, line =>
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
            else
            {
                throw line.Problem("the line must hold \"query-migrate\", \"event\", or an arc with \"from\" and \"to\"");
            }
        });
        return ofQemu + ofArcs > 0
            ? new Recording(path, ofQemu > 0 ? replies.Finish(path, skipped) : null, ofArcs > 0 ? arcs.Finish(path, skipped) : [], skipped)
            : throw new DocumentException(path, 0, 0, "there is no recording in this file");
    }
}
