using System.Text.Json;
using Planner.KernelTests;

namespace Planner.Lab;

/// <summary>The results of a study of machines with VFIO devices (<c>tests/kernel-lab machine --runs N --out FOLDER</c>).</summary>
public static class MachineStudyFolder
{
    private const string ResultsName = "results.jsonl", TableName = "machines.md", PictureName = "machines.svg";

    /// <summary>Reads a folder's results, and puts the table and the picture beside them.</summary>
    /// <returns>The table.</returns>
    /// <exception cref="LabException">There are none, or a line is no result.</exception>
    public static async Task<string> ShowAsync(string folder, CancellationToken cancel)
    {
        var path = Path.Combine(folder, ResultsName);
        if (!File.Exists(path))
        {
            throw new LabException($"There is no {path}: run 'tests/kernel-lab machine --runs 250 --out {folder}', then try again.");
        }

        List<StudyResult> results = [.. (await File.ReadAllLinesAsync(path, cancel)).Select((line, i) => Read(path, line, i + 1))];
        if (results.Count == 0)
        {
            throw new LabException($"{path} is empty: run 'tests/kernel-lab machine --runs 250 --out {folder}', then try again.");
        }

        var table = MachineStudyTable.Of(results);
        await File.WriteAllTextAsync(Path.Combine(folder, TableName), table, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, PictureName), MachineStudyPicture.Of(results), cancel);
        return table;
    }

    private static StudyResult Read(string path, string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, StudyJson.Default.StudyResult) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new LabException($"{path}, line {number} is no result of a study of machines; remove it, or take another folder.", e);
        }
    }
}
