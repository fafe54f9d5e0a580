using System.Runtime.InteropServices;

namespace Planner.Cli;

/// <summary>
/// Turns Ctrl-C and every other signal that asks a process to go (SIGTERM, SIGQUIT, the SIGHUP of a terminal that was lost) into a wish to stop. The process
/// is not ended: past the commit point the only safe way is on.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignal() => _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, Take))];

    /// <summary>Cancelled with the first signal.</summary>
    public CancellationToken Token => _first.Token;

    /// <summary>Cancelled with the second: whoever asks twice is in a hurry. The way back is taken all the same.</summary>
    public CancellationToken Hurry => _second.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_registrations, r => r.Dispose());
        _first.Dispose();
        _second.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;

        // A terminal that goes sends its SIGHUP to all of its processes, and a shell passes it on: that is nobody who asks twice.
        (_first.IsCancellationRequested && context.Signal != PosixSignal.SIGHUP ? _second : _first).Cancel();
    }
}
