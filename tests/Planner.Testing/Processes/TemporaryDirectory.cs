namespace Planner.Tests.Processes;

/// <summary>A directory of a test's own that goes away with it.</summary>
/// <param name="parent">Where to make it; null for the system's place for temporary files.</param>
public sealed class TemporaryDirectory(string? parent = null) : IDisposable
{
    /// <summary>The directory.</summary>
    public string Path { get; } = parent is null
        ? Directory.CreateTempSubdirectory("planner-tests-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"tests-{Guid.NewGuid():N}")).FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
