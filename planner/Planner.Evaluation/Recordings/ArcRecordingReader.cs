using Planner.Documents;
using Planner.Measurements;

namespace Planner.Evaluation;

/// <summary>
/// Reads the arcs of a recording: lines <c>{"t": seconds, "device": …, "class": …, "from": "RUNNING_P2P", "to": "STOP", "seconds": …,
/// "outcome": "ok"}</c>, as they are or compressed with gzip. Lines of QEMU are passed over.
/// </summary>
internal static class ArcRecordingReader
{
    /// <summary>The latencies of each arc of each class, in order of time; an arc that did not end <c>ok</c> is no sample.</summary>
    /// <exception cref="DocumentException">The file is no such recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<LatencySeries> ReadFile(string path)
    {
        var arcs = new Arcs();
        return arcs.Finish(path, RecordingLines.ReadFile(path, arcs.Take));
    }

    /// <summary>The same from a stream.</summary>
    /// <param name="stream">The lines, in UTF-8.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="DocumentException">The stream is no such recording.</exception>
    public static IReadOnlyList<LatencySeries> Read(Stream stream, string file)
    {
        var arcs = new Arcs();
        return arcs.Finish(file, RecordingLines.Read(stream, file, arcs.Take));
    }

    /// <summary>Gathers the arcs of a recording.</summary>
    internal sealed class Arcs
    {
        private readonly SortedDictionary<string, List<double>> _series = new(StringComparer.Ordinal);

        /// <summary>Whether there is an arc that came to its end.</summary>
        public bool HasAny => _series.Count > 0;

        /// <summary>Takes the line of an arc; passes one of QEMU over.</summary>
        public void Take(RecordingFields line)
        {
            if (QemuRecordingReader.Lines.IsOfQemu(line))
            {
                return;
            }

            if (line.Missing("class", "from", "to", "seconds", "outcome") is { } missing)
            {
                throw line.Problem($"the arc lacks \"{missing}\"");
            }

            var (deviceClass, outcome) = (line.Text("class"), line.Text("outcome"));
            if (!Arc.TryParse($"{line.Text("from")}->{line.Text("to")}", out var arc))
            {
                throw line.Problem("\"from\" and \"to\" must be device states, such as RUNNING_P2P and STOP");
            }

            if (line.Number("seconds") is > 0 and var seconds && outcome == "ok")
            {
                var name = $"{deviceClass} {arc}";
                if (!_series.TryGetValue(name, out var samples))
                {
                    _series[name] = samples = [];
                }

                samples.Add(seconds);
            }
        }

        /// <summary>The series of the arcs.</summary>
        public IReadOnlyList<LatencySeries> Finish(string file, RecordingFile read) => _series.Count > 0
            ? [.. _series.Select(s => new LatencySeries(s.Key, s.Value, read.Skipped))]
            : throw new DocumentException(file, 0, 0, "there is no completed arc in this file");
    }
}
