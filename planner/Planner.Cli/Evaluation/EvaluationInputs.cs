using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What <c>evaluate</c> and <c>replay</c> work on, read before anything long begins, so that a bad file is refused at once.</summary>
internal sealed class EvaluationInputs
{
    private const int MaximumFiles = 10_000;

    private static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false };

    /// <summary>Recorded QEMU migrations.</summary>
    public List<QemuRecording> Recordings { get; } = [];

    /// <summary>Latency series: of files, and of the arcs of recorded sessions.</summary>
    public List<LatencySeries> Series { get; } = [];

    /// <summary>Workloads with known truth, with the names of their files.</summary>
    public List<(string File, WorkloadFile Workloads)> Workloads { get; } = [];

    /// <summary>Reads files and folders.</summary>
    /// <exception cref="CliException">A path does not exist, or there is nothing to evaluate.</exception>
    /// <exception cref="DocumentException">A file is not what its name says.</exception>
    public static EvaluationInputs Read(IReadOnlyList<string> paths)
    {
        var inputs = new EvaluationInputs();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                inputs.AddFolder(path);
            }
            else if (File.Exists(path))
            {
                inputs.AddFile(path, isNamed: true);
            }
            else
            {
                throw new CliException(ExitStatus.InvalidInput, $"{path} does not exist; name a folder with recordings, latency series or workloads, or such a file");
            }
        }

        return inputs.Recordings.Count + inputs.Series.Count + inputs.Workloads.Count > 0
            ? inputs
            : throw new CliException(
                ExitStatus.InvalidInput,
                $"there is nothing to evaluate in {string.Join(", ", paths)}; known are recordings (.jsonl), latency series (.csv), each also as .gz, and workloads (.yaml)");
    }

    private void AddFolder(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", Everywhere).Take(MaximumFiles + 1)];
        if (files.Length > MaximumFiles)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{folder} holds more than {MaximumFiles} files; name a smaller folder");
        }

        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            AddFile(file, isNamed: false);
        }
    }

    private void AddFile(string file, bool isNamed)
    {
        var name = file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file;
        switch (Path.GetExtension(name))
        {
            case ".jsonl":
                AddRecording(file);
                break;
            case ".csv":
                Series.Add(LatencySeriesReader.ReadFile(file));
                break;
            case ".yaml" or ".yml":
                AddWorkloads(file, isNamed);
                break;
            default:
                if (isNamed)
                {
                    throw new CliException(ExitStatus.InvalidInput, $"{file} is neither a recording (.jsonl), a latency series (.csv) nor a file of workloads (.yaml)");
                }

                break;
        }
    }

    /// <summary>A recording is of QEMU's replies, of a session's arcs, or of both.</summary>
    private void AddRecording(string file)
    {
        try
        {
            Recordings.Add(QemuRecordingReader.ReadFile(file));
        }
        catch (DocumentException e)
        {
            try
            {
                Series.AddRange(ArcRecordingReader.ReadFile(file));
            }
            catch (DocumentException)
            {
                throw e;
            }
        }
    }

    /// <summary>Other YAML files of a folder, such as policies, are passed over.</summary>
    private void AddWorkloads(string file, bool isNamed)
    {
        var text = TextFiles.Read(file);
        if (isNamed || WorkloadFileText.IsWorkloads(text))
        {
            Workloads.Add((file, WorkloadFileText.Read(text, file)));
        }
    }
}
