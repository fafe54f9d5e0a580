namespace Planner.Hypervisors;

/// <summary>A command that waits for its answer.</summary>
/// <param name="command">The command's name.</param>
internal abstract class QmpPending(string command)
{
    private const int Waits = 0;
    private const int Sent = 1;
    private const int GivenUp = 2;

    private int _state;

    /// <summary>The command's name.</summary>
    public string Command { get; } = command;

    /// <summary>Whether it was given to the socket.</summary>
    public bool WasSent => Volatile.Read(ref _state) == Sent;

    /// <summary>Says that it is about to be sent.</summary>
    /// <returns>False if nobody waits for it any more, so that it must not be sent.</returns>
    public bool TrySend() => Interlocked.CompareExchange(ref _state, Sent, Waits) == Waits;

    /// <summary>Says that nobody waits any more. If it was not sent yet, it never will be.</summary>
    public void GiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waits);

    /// <summary>Hands the answer over.</summary>
    /// <param name="body">The value of "return" as JSON.</param>
    public abstract void Return(ReadOnlySpan<byte> body);

    /// <summary>Says that there is no answer to be had.</summary>
    /// <param name="why">Why; its mark of what was sent is set from this command.</param>
    public abstract void Fail(QmpException why);
}
