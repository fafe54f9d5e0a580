using System.Collections.Concurrent;
using System.Threading.Channels;
using Planner.Agent.Wire;

namespace Planner.Service;

/// <summary>An agent whose stream is up.</summary>
/// <param name="node">Its host.</param>
/// <param name="hello">Its first word.</param>
/// <param name="since">Since when.</param>
internal sealed class AttachedAgent(string node, Hello hello, DateTimeOffset since)
{
    private const int WaitingWords = 1000;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string?>> _expected = new();

    public string Node { get; } = node;

    public Hello Hello { get; } = hello;

    public DateTimeOffset Since { get; } = since;

    /// <summary>The machines on the host; null until it has told.</summary>
    public Inventory? Inventory { get; set; }

    /// <summary>What is to be sent.</summary>
    public Channel<ToAgent> Words { get; } = Channel.CreateBounded<ToAgent>(WaitingWords);

    /// <summary>Sends something; what finds no room is lost with the stream.</summary>
    public void Send(ToAgent word)
    {
        if (!Words.Writer.TryWrite(word))
        {
            Words.Writer.TryComplete();
        }
    }

    /// <summary>Has the agent let in a migration that another one brings.</summary>
    /// <returns>Why it is not let in, in one sentence; null if it is.</returns>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<string?> ExpectAsync(Expect expect, TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        var answer = _expected.GetOrAdd(expect.Migration, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            Send(new ToAgent { Expect = expect });
            return await answer.Task.WaitAsync(limit, clock, stop).ConfigureAwait(false);
        }
        finally
        {
            _expected.TryRemove(expect.Migration, out _);
        }
    }

    /// <summary>Takes the answer to that.</summary>
    public void Take(Expected expected)
    {
        if (_expected.TryGetValue(expected.Migration, out var answer))
        {
            answer.TrySetResult(expected.Refusal.Length > 0 ? expected.Refusal : null);
        }
    }
}
