using System.IO.Compression;
using Planner.Documents;
using Planner.Evaluation;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>Everything that is evaluated, read in full before long work begins.</summary>
internal sealed class EvaluationInputs
{
    private readonly CommandContext _context;
    private readonly List<Recording> _recordings = [];
    private readonly List<LatencySeries> _series = [];
    private readonly List<(string File, WorkloadFile Workloads)> _workloads = [];

    private EvaluationInputs(CommandContext context) => _context = context;

    /// <summary>The recorded migrations under QEMU.</summary>
    public IReadOnlyList<QemuRecording> Migrations => [.. _recordings.SelectMany(r => r.Migrations)];

    /// <summary>The recorded sessions with devices.</summary>
    public IReadOnlyList<DeviceRecording> Sessions => [.. _recordings.SelectMany(r => r.Sessions)];

    /// <summary>The latencies of recorded arcs, those of one arc and class in one series, file by file.</summary>
    public IReadOnlyList<LatencySeries> Arcs =>
        [.. _recordings.SelectMany(r => r.Arcs).GroupBy(a => a.Name).Select(g => new LatencySeries(g.Key, [.. g.SelectMany(a => a.Seconds)], [])).OrderBy(a => a.Name, StringComparer.Ordinal)];

    /// <summary>The latency series.</summary>
    public IReadOnlyList<LatencySeries> Series => _series;

    /// <summary>The workloads, with the names of their files.</summary>
    public IReadOnlyList<(string File, WorkloadFile Workloads)> Workloads => _workloads;

    /// <summary>Whether there is nothing to evaluate.</summary>
    public bool IsEmpty => _recordings.Count + _series.Count + _workloads.Count == 0;

    /// <summary>Reads files. Lines that are left out are told on stderr.</summary>
    /// <exception cref="CliException">A file cannot be read.</exception>
    /// <exception cref="DocumentException">A file is not what its name says.</exception>
    public static EvaluationInputs Read(CommandContext context, IEnumerable<InputFile> files, CancellationToken stop)
    {
        var inputs = new EvaluationInputs(context);
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                Interruptible.Run(() => inputs.Take(file), stop);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitStatus.InvalidInput, $"cannot read {file.Path}: {e.Message}");
            }
        }

        return inputs;
    }

    private bool Take(InputFile file)
    {
        switch (file.Kind)
        {
            case InputKind.Recording:
                var recording = Recording.ReadFile(file.Path);
                Tell(file.Path, recording.Skipped);
                TellNumbers(file.Path, recording.Impossible);
                _recordings.Add(recording);
                break;
            case InputKind.LatencySeries:
                var series = LatencySeriesReader.ReadFile(file.Path);
                Tell(file.Path, series.Skipped);
                _series.Add(series);
                break;
            default:
                TakeYaml(file);
                break;
        }

        return true;
    }

    private void TakeYaml(InputFile file)
    {
        var text = ReadText(file.Path);
        if (WorkloadFileText.IsWorkloads(text))
        {
            _workloads.Add((file.Path, WorkloadFileText.Read(text, file.Path)));
        }
        else if (file.IsNamed)
        {
            throw new DocumentException(file.Path, 0, 0, "only a file with 'kind: Workloads' can be evaluated");
        }
    }

    private static string ReadText(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return TextFiles.Read(path);
        }

        try
        {
            using var plain = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            return TextFiles.Read(plain, path);
        }
        catch (InvalidDataException)
        {
            throw new DocumentException(path, 0, 0, "the compressed file is cut or damaged");
        }
    }

    private void TellNumbers(string path, IReadOnlyList<SkippedLine> impossible)
    {
        if (impossible.Count > 0)
        {
            var counted = impossible.Count == 1 ? "1 such number is" : $"{impossible.Count} such numbers are";
            _context.Error.WriteLine($"planner: {path}:{impossible[0].Line}: {impossible[0].Reason}; {counted} passed over.");
        }
    }

    private void Tell(string path, IReadOnlyList<SkippedLine> skipped)
    {
        if (skipped.Count > 0)
        {
            var more = skipped.Count > 1 ? $", and {skipped.Count - 1} more" : "";
            _context.Error.WriteLine($"planner: {path}:{skipped[0].Line}: {skipped[0].Reason}; it is left out{more}.");
        }
    }
}
