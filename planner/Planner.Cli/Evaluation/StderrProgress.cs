namespace Planner.Cli;

/// <summary>One line on stderr that overwrites itself while a person watches; nothing otherwise.</summary>
internal sealed class StderrProgress : IDisposable
{
    private readonly bool _isShown = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _longest;
    private bool _isOver;

    /// <summary>Shows where the work is.</summary>
    public void Show(string text)
    {
        lock (_lock)
        {
            if (_isShown && !_isOver)
            {
                _longest = Math.Max(_longest, text.Length);
                Console.Error.Write($"\r{text.PadRight(_longest)}");
            }
        }
    }

    /// <summary>Clears the line.</summary>
    public void Clear()
    {
        Show("");
        if (_longest > 0)
        {
            Console.Error.Write('\r');
            _longest = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _isOver = true;
    }
}
