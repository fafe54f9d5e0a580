namespace Planner.Cli;

/// <summary>One line on stderr that overwrites itself while a person watches; nothing otherwise.</summary>
internal sealed class StderrProgress(CommandContext context) : IDisposable
{
    private readonly bool _isShown = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _longest;

    /// <summary>Shows where the work is.</summary>
    public void Show(string text)
    {
        if (_isShown)
        {
            lock (_lock)
            {
                _longest = Math.Max(_longest, text.Length);
                context.Error.Write($"\r{text.PadRight(_longest)}");
            }
        }
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_longest > 0)
        {
            Show("");
            context.Error.Write('\r');
        }
    }
}
