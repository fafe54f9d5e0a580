using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Planner.Lab;

/// <summary>The host's end of a guest's port: reads its heartbeats on a thread of its own, and sends it commands.</summary>
/// <remarks>A destination's guest is silent until the machine has arrived there.</remarks>
public sealed class LabGuest : IDisposable
{
    // Minutes of heartbeats, so that a blackout can be looked at after it ended.
    private const int MaximumKept = 1 << 16;
    private const int MaximumLineCharacters = 1024;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    // Heartbeats this near to the blackout count, so that a drift between the clocks does not.
    private static readonly TimeSpan OffsetWindow = TimeSpan.FromSeconds(2);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Channel<string> _replies = Channel.CreateUnbounded<string>();
    private readonly SemaphoreSlim _oneCommand = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Queue<Heartbeat> _kept = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Heartbeat? _last;

    /// <summary>Connects to a machine's port.</summary>
    /// <param name="controlPath">The socket <c>X.ctl</c> of a running <see cref="QemuProcess"/>.</param>
    public LabGuest(string controlPath)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(controlPath));
        new Thread(Read) { IsBackground = true, Name = "lab guest" }.Start();
    }

    /// <summary>The last heartbeat; null before the first.</summary>
    public Heartbeat? LastHeartbeat
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Whether heartbeats arrive: the last is at most a second old.</summary>
    public bool IsRunning => LastHeartbeat is { } last && Now() - last.ReceivedNanoseconds <= Silence.TotalNanoseconds;

    /// <summary>The heartbeats so far, oldest first; the last 65,536 are kept.</summary>
    public IReadOnlyList<Heartbeat> Heartbeats
    {
        get
        {
            lock (_lock)
            {
                return [.. _kept];
            }
        }
    }

    /// <summary>The host's CLOCK_MONOTONIC in nanoseconds, the clock of <see cref="Heartbeat.ReceivedNanoseconds"/>.</summary>
    public static long Now() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>
    /// How long the guest stood still, by its own clock, which stops with it: the smallest difference between the host's clock and the guest's in the
    /// 2 s after, minus that in the 2 s before. Right to about 3 ms, given some seconds of heartbeats on both sides and no pause but the one.
    /// </summary>
    /// <param name="source">The guest where it came from.</param>
    /// <param name="destination">The same guest where it went to.</param>
    /// <exception cref="LabException">One of them had no heartbeat.</exception>
    public static TimeSpan Blackout(LabGuest source, LabGuest destination)
    {
        var (before, after) = (source.Heartbeats, destination.Heartbeats);
        if (before.Count == 0 || after.Count == 0)
        {
            throw new LabException("The guest had no heartbeat on one side, so its blackout is not known.");
        }

        var window = (long)OffsetWindow.TotalNanoseconds;
        var left = before.Where(h => h.ReceivedNanoseconds >= before[^1].ReceivedNanoseconds - window).Min(h => h.OffsetNanoseconds);
        var right = after.Where(h => h.ReceivedNanoseconds <= after[0].ReceivedNanoseconds + window).Min(h => h.OffsetNanoseconds);
        return TimeSpan.FromMicroseconds((right - left) / 1000d);
    }

    /// <summary>Waits for a heartbeat that was not there when this was called.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <exception cref="LabException">None came, or the machine is gone.</exception>
    public async Task<Heartbeat> WaitForHeartbeatAsync(TimeSpan limit, CancellationToken cancel = default)
    {
        Task next;
        lock (_lock)
        {
            next = _next.Task;
        }

        try
        {
            await next.WaitAsync(limit, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new LabException($"The guest had no heartbeat in {limit.TotalSeconds:0.#} s.", e);
        }

        return LastHeartbeat!.Value;
    }

    /// <summary>Sends a command, such as <c>steady 10</c>, and waits until the guest has carried it out.</summary>
    /// <param name="command">A line as <c>guest.c</c> describes it.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <exception cref="LabException">The guest refuses it, does not answer in 30 s, or is gone.</exception>
    public async Task CommandAsync(string command, CancellationToken cancel = default)
    {
        await _oneCommand.WaitAsync(cancel).ConfigureAwait(false);
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(CommandLimit);
        try
        {
            while (_replies.Reader.TryRead(out _))
            {
                // An answer to the kernel's command line or to a command that was given up.
            }

            await _socket.SendAsync(Encoding.ASCII.GetBytes(command + "\n"), guard.Token).ConfigureAwait(false);
            await foreach (var reply in _replies.Reader.ReadAllAsync(guard.Token).ConfigureAwait(false))
            {
                if (reply == $"ok {command}")
                {
                    return;
                }

                if (reply.StartsWith($"error {command}: ", StringComparison.Ordinal))
                {
                    throw new LabException($"The guest refuses a command: {reply["error ".Length..]}.");
                }
            }

            throw new LabException($"The machine ended before the guest answered '{command}'.");
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new LabException($"The guest did not answer '{command}' in {CommandLimit.TotalSeconds:0} s.", e);
        }
        catch (SocketException e)
        {
            throw new LabException($"The machine is gone: {e.Message}.", e);
        }
        finally
        {
            _oneCommand.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _oneCommand.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[4096];
        var line = new StringBuilder();
        try
        {
            while (_socket.Receive(buffer) is var read and > 0)
            {
                var received = Now();
                foreach (var character in Encoding.ASCII.GetString(buffer, 0, read))
                {
                    if (character == '\n')
                    {
                        Take(line.ToString(), received);
                        line.Clear();
                    }
                    else if (line.Length < MaximumLineCharacters)
                    {
                        line.Append(character);
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The machine was killed, or this object was disposed.
        }

        _replies.Writer.TryComplete();
        lock (_lock)
        {
            _next.TrySetException(new LabException("The machine ended."));
            _ = _next.Task.Exception;
        }
    }

    private void Take(string line, long received)
    {
        if (!Heartbeat.TryParse(line, received, out var heartbeat))
        {
            _replies.Writer.TryWrite(line);
            return;
        }

        lock (_lock)
        {
            _last = heartbeat;
            _kept.Enqueue(heartbeat);
            if (_kept.Count > MaximumKept)
            {
                _kept.Dequeue();
            }

            _next.TrySetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
