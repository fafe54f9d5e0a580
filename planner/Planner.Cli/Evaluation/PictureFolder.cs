namespace Planner.Cli;

/// <summary>The folder that pictures go to; without one nothing is drawn.</summary>
internal sealed class PictureFolder
{
    private readonly string? _folder;

    /// <summary>Makes the folder if it is not there.</summary>
    /// <param name="folder">The folder; null for none.</param>
    /// <exception cref="CliException">It cannot be made.</exception>
    public PictureFolder(string? folder)
    {
        _folder = folder;
        if (folder is not null)
        {
            Guard(() => Directory.CreateDirectory(folder));
        }
    }

    /// <summary>Draws a picture.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="draw">Gives its text.</param>
    /// <exception cref="CliException">It cannot be written.</exception>
    public void Draw(string name, Func<string> draw)
    {
        if (_folder is not null)
        {
            var text = draw();
            Guard(() => File.WriteAllText(Path.Combine(_folder, name), text));
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot write pictures to {_folder}: {(File.Exists(_folder) ? "it is a file; name a folder" : e.Message)}");
        }
    }
}
