namespace Planner.Tests.Architecture;

/// <summary>The files of the repository, without what builds and tools leave behind.</summary>
internal static class Sources
{
    private static readonly string[] Product = ["telemetry", "estimators", "policies", "planner"];
    private static readonly string[] LeftBehind = ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static IReadOnlyList<string> All { get; } = [.. Walk(new DirectoryInfo(Repository.Root))];

    public static IReadOnlyList<string> ProductProjects { get; } = [.. Files("*.csproj").Where(InProduct)];

    public static IReadOnlyList<string> Code { get; } = [.. Files("*.cs")];

    public static IReadOnlyList<string> ProductCode { get; } = [.. Code.Where(InProduct)];

    public static IEnumerable<string> Files(string pattern) =>
        All.Where(f => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(f)));

    /// <summary>The path as the repository knows it.</summary>
    public static string Name(string file) => Path.GetRelativePath(Repository.Root, file);

    private static bool InProduct(string file) => Product.Contains(Name(file).Split('/')[0]);

    private static IEnumerable<string> Walk(DirectoryInfo folder) => folder.EnumerateFiles().Select(f => f.FullName).Concat(
        folder.EnumerateDirectories()
            .Where(d => !LeftBehind.Contains(d.Name) && (!d.Name.StartsWith('.') || d.Name == ".ci"))
            .SelectMany(Walk));
}
