using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Lab;

/// <summary>The folder of a comparison: <c>results.jsonl</c> with a line a migration, <c>recordings/</c>, and a measurement store for each class of
/// evidence. A line is written when its migration is over.</summary>
public sealed class ComparisonResults
{
    private const string FileName = "results.jsonl";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly string _folder;
    private readonly List<ComparedMigration> _all;

    private ComparisonResults(string folder, List<ComparedMigration> all) => (_folder, _all) = (folder, all);

    /// <summary>All migrations so far, in order.</summary>
    public IReadOnlyList<ComparedMigration> All => _all;

    /// <summary>Opens a folder, and makes it if it is not there.</summary>
    /// <exception cref="LabException">It cannot be used, or a line is no result.</exception>
    public static ComparisonResults Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "recordings"));
            var path = Path.Combine(folder, FileName);
            return new ComparisonResults(folder, File.Exists(path) ? [.. File.ReadLines(path).Select((line, i) => Read(path, line, i + 1))] : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{folder} cannot be used for results: {e.Message}", e);
        }
    }

    /// <summary>Keeps a migration.</summary>
    public void Add(ComparedMigration migration)
    {
        File.AppendAllText(Path.Combine(_folder, FileName), JsonSerializer.Serialize(migration, Json) + "\n");
        _all.Add(migration);
    }

    /// <summary>Where a recording is kept.</summary>
    public string RecordingPath(string name) => Path.Combine(_folder, "recordings", name);

    /// <summary>Where a class's evidence is kept.</summary>
    public string StorePath(string evidenceClass) => Path.Combine(_folder, $"evidence-{evidenceClass}.db");

    private static ComparedMigration Read(string path, string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<ComparedMigration>(line, Json) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new LabException($"{path}, line {number} is no result of a comparison; remove it, or take another folder.", e);
        }
    }
}
