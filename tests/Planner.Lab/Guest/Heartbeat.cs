using System.Globalization;

namespace Planner.Lab;

/// <summary>A sign of life of the guest.</summary>
/// <param name="Sequence">Counts from 0 since the guest booted.</param>
/// <param name="MonotonicNanoseconds">The guest's CLOCK_MONOTONIC in nanoseconds. It stands still while the guest does.</param>
/// <param name="RealtimeNanoseconds">The guest's CLOCK_REALTIME in nanoseconds since 1970.</param>
/// <param name="WrittenPages">Writes of its writer since the guest booted, one a page of 4 KiB.</param>
/// <param name="Writer">What its writer does: <c>stop</c>, <c>steady</c>, <c>random</c>, <c>zipf</c> or <c>burst</c>.</param>
/// <param name="ReceivedNanoseconds">When the host read it, in nanoseconds of the host's CLOCK_MONOTONIC.</param>
public readonly record struct Heartbeat(long Sequence, long MonotonicNanoseconds, long RealtimeNanoseconds, long WrittenPages, string Writer, long ReceivedNanoseconds)
{
    /// <summary>How far the host's clock is ahead of the guest's, in nanoseconds, with the time on the way. The smallest of many has the least of it.</summary>
    public long OffsetNanoseconds => ReceivedNanoseconds - MonotonicNanoseconds;

    /// <summary>Reads a line <c>hb SEQUENCE MONOTONIC REALTIME WRITTEN WRITER</c>.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="receivedNanoseconds">When it was read.</param>
    /// <param name="heartbeat">The heartbeat.</param>
    /// <returns>Whether the line is one.</returns>
    public static bool TryParse(string line, long receivedNanoseconds, out Heartbeat heartbeat)
    {
        heartbeat = default;
        if (line.Split(' ') is not ["hb", var sequence, var monotonic, var realtime, var written, var writer]
            || !Number(sequence, out var s) || !Number(monotonic, out var m) || !Number(realtime, out var r) || !Number(written, out var w))
        {
            return false;
        }

        heartbeat = new Heartbeat(s, m, r, w, writer, receivedNanoseconds);
        return true;
    }

    private static bool Number(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
