using System.CommandLine;
using Planner.Documents;
using Planner.Estimators;
using Planner.Evaluation;
using Planner.Learning;
using Planner.Measurements;

namespace Planner.Cli;

/// <summary>Learns a first guess of blackouts from workloads and recordings, has it judged, and keeps it in the store.</summary>
internal static class ColdStartTraining
{
    // Few leaves with many examples each, or the trees learn the kinds by heart. Few recordings would otherwise give no tree at all.
    private const int Leaves = 8;
    private const int ExamplesPerRowOfALeaf = 100;
    private const int FewestRowsPerLeaf = 5;
    private const int MostRowsPerLeaf = 20;

    /// <summary>The option of a verb that reads workloads or recordings.</summary>
    public static Option<bool> CreateOption() => new("--train")
    {
        Description = "Learn a first guess from the workloads and QEMU recordings given, judge it, and keep it in the store.",
    };

    /// <summary>Learns, judges and keeps.</summary>
    /// <param name="paths">Workload files, recordings of QEMU, and folders of either; other files are passed over.</param>
    /// <param name="store">The store.</param>
    /// <param name="seed">The seed of the examples, of the split and of the trainer.</param>
    /// <param name="now">When this takes place.</param>
    /// <returns>A sentence with the version, and the judgement. A model that was refused is kept to look at, and never used.</returns>
    /// <exception cref="CliException">There is nothing to learn from, or this store keeps no models.</exception>
    /// <exception cref="DocumentException">A file is damaged.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public static string Run(IEnumerable<string> paths, IMeasurementStore store, int seed, DateTimeOffset now)
    {
        if (store is not IModelStore models)
        {
            throw new CliException(ExitStatus.InvalidInput, "this store keeps no models: give --store the path of a SQLite file");
        }

        var examples = Examples(paths, seed);
        return Keep(examples, models, Options(examples.Count) with { Seed = seed, At = now });
    }

    /// <summary>How a model is trained from so many examples.</summary>
    public static ColdStartOptions Options(int examples) => new()
    {
        Leaves = Leaves,
        RowsPerLeaf = Math.Clamp(examples / ExamplesPerRowOfALeaf, FewestRowsPerLeaf, MostRowsPerLeaf),
    };

    /// <summary>What can be learned from in files.</summary>
    /// <exception cref="DocumentException">A file is damaged.</exception>
    public static IReadOnlyList<ColdStartExample> Examples(IEnumerable<string> paths, int seed)
    {
        var examples = new List<ColdStartExample>();
        var recordings = new List<QemuRecording>();
        foreach (var file in paths.SelectMany(Files))
        {
            if (file.EndsWith(".jsonl", StringComparison.Ordinal) || file.EndsWith(".jsonl.gz", StringComparison.Ordinal))
            {
                recordings.AddRange(QemuRecordingReader.ReadFile(file));
            }
            else if ((file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal))
                && TextFiles.Read(file) is var text && WorkloadFileText.IsWorkloads(text))
            {
                examples.AddRange(WorkloadExamples.Draw(WorkloadFileText.Read(text, file), new WorkloadExampleOptions { Seed = (ulong)seed }));
            }
        }

        return [.. examples, .. RecordingExamples.From(recordings)];
    }

    private static string Keep(IReadOnlyList<ColdStartExample> examples, IModelStore models, ColdStartOptions options)
    {
        var groups = examples.Select(e => e.Group).Distinct(StringComparer.Ordinal).Count();
        if (groups < 2)
        {
            throw new CliException(
                ExitStatus.InvalidInput,
                $"a first guess needs examples of at least two kinds of machines, and there are {groups}: give a workload file, or recordings of completed pre-copy migrations");
        }

        var model = ColdStartTrainer.Train(examples, options);
        var version = models.Save(ColdStartModelText.ToRecord(model));
        return $"Learned a first guess from {examples.Count} examples of {groups} kinds of machines, kept as {ColdStartModelText.Name} v{version}. {model.Judgement.Reason}";
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal) : [path];
}
