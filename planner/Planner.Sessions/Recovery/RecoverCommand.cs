namespace Planner.Sessions;

/// <summary>The command that recovers what is journaled in a state directory, so that it works as it is pasted.</summary>
internal static class RecoverCommand
{
    private const string Bare = "planner recover";

    public static string For(string stateDirectory) => $"{Bare} --state {Quote(Path.GetFullPath(stateDirectory))}";

    /// <summary>Names the state directory in a sentence that advises the command; the engine does not know of directories.</summary>
    public static string In(string sentence, string? stateDirectory) =>
        stateDirectory is null ? sentence : sentence.Replace($"'{Bare}'", $"'{For(stateDirectory)}'", StringComparison.Ordinal);

    private static string Quote(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+@:,=".Contains(c, StringComparison.Ordinal))
        ? path
        : $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}\"";
}
