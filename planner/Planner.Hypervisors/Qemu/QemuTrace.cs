namespace Planner.Hypervisors;

/// <summary>What QEMU said, in its own bytes.</summary>
/// <param name="ReceivedNanoseconds">When it was received, on the monotonic clock of this host in nanoseconds.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Json">An event with its name and time, or the value of query-migrate's answer: JSON in UTF-8.</param>
internal readonly record struct QemuTrace(long ReceivedNanoseconds, QemuTraceKind Kind, ReadOnlyMemory<byte> Json);
