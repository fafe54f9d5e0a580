using Planner.Tests.Processes;

namespace Planner.Tests.Lab;

/// <summary>A shell command that has this process start a side afresh, and returns when it has.</summary>
internal sealed class StartAfresh : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly string _asked;
    private readonly Task _answering;

    /// <param name="folder">Where the two talk.</param>
    /// <param name="start">Starts both sides; called once for each round, when the source is asked for.</param>
    public StartAfresh(TemporaryDirectory folder, Func<Task> start)
    {
        _asked = folder.File("asked");
        var script = folder.File("restart.sh");
        File.WriteAllText(script, $"""
            [ "$1" = source ] || exit 0
            touch '{_asked}'
            while [ -e '{_asked}' ]; do sleep 0.05; done
            """);
        Command = $"sh {script}";
        _answering = Task.Run(() => AnswerAsync(start));
    }

    /// <summary>The command.</summary>
    public string Command { get; }

    public void Dispose()
    {
        _end.Cancel();
        _answering.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _end.Dispose();
    }

    private async Task AnswerAsync(Func<Task> start)
    {
        while (!_end.IsCancellationRequested)
        {
            if (File.Exists(_asked))
            {
                await start();
                File.Delete(_asked);
            }

            await Task.Delay(Poll, _end.Token);
        }
    }
}
