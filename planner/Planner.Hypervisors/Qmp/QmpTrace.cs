namespace Planner.Hypervisors;

/// <summary>Something that came from QEMU, as it came.</summary>
/// <param name="ReceivedTimestamp">When it arrived here: a timestamp of the connection's <see cref="TimeProvider"/>.</param>
/// <param name="Command">The command that is answered; null for an event.</param>
/// <param name="Json">For an event the whole message, for an answer the value of "return": JSON in UTF-8.</param>
public readonly record struct QmpTrace(long ReceivedTimestamp, string? Command, ReadOnlyMemory<byte> Json);
