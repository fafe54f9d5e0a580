using Planner.Measurements;

namespace Planner.Engine;

/// <summary>How long the guest stood still in a switchover that a hypervisor carried out.</summary>
/// <remarks>
/// QEMU stops the vCPUs, walks the source's devices and then tells STOP; it tells RESUME and then walks the destination's devices. So with passed-through
/// devices the time from STOP to RESUME leaves out every arc. The beginning comes from QEMU's own count (it begins before the vCPUs stop) or from the event
/// that the devices are about to stop; the end from the last device that is RUNNING, or from the answer to the order to run, which comes after
/// the last arc. Source: seen on QEMU 10.0 and 11.1 beside the log of a device (docs/qemu-vfio.md).
/// </remarks>
public static class SwitchoverPause
{
    // QEMU counts its downtime in whole milliseconds of two readings of a clock, the first before it stops the vCPUs: 1 ms on a quiet host, and up to 9 ms
    // were seen where other work kept a vCPU from stopping.
    private static readonly TimeSpan CountUncertainty = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan VcpuStop = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan EventUncertainty = TimeSpan.FromMilliseconds(1);

    // An answer to the order to run comes a little after the last arc: 2 ms on a quiet host.
    private static readonly TimeSpan AnswerUncertainty = TimeSpan.FromMilliseconds(5);

    // Beyond this two counts of the same time contradict each other.
    private static readonly TimeSpan Agreement = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AnswerDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>The pause; null while there was none, or it is not over.</summary>
    /// <param name="times">The moments.</param>
    /// <param name="hasDevices">Whether the machine has passed-through devices.</param>
    public static GuestPause? Of(SwitchoverTimes times, bool hasDevices)
    {
        if (times is not { Stopped: { } stopped, Resumed: { } resumed })
        {
            return null;
        }

        if (times.ResumedOn == MigrationSide.Source || times.Sent is not { } sent)
        {
            return BackOnSource(times, stopped, resumed, hasDevices);
        }

        return hasDevices
            ? Sum(Head(times, stopped, sent), Tail(times, sent, resumed))
            : WithoutDevices(times, stopped, sent, resumed);
    }

    /// <summary>When the vCPUs stood, by the source's clock; null if that is not known to a few milliseconds.</summary>
    public static SwitchoverMoment? Began(SwitchoverTimes times)
    {
        if (Prepared(times) is { } prepared)
        {
            return prepared;
        }

        // Its own count ends when it tells that everything was sent.
        return times is { Sent: { Happened: var sent } moment, ReportedDowntime: { } downtime } && sent > TimeSpan.Zero
            ? new SwitchoverMoment(sent - downtime, moment.ReceivedNanoseconds - (downtime.Ticks * TimeSpan.NanosecondsPerTick))
            : times.LastPass;
    }

    private static SwitchoverMoment? Prepared(SwitchoverTimes times)
    {
        foreach (var move in times.Moves)
        {
            if (move is { Side: MigrationSide.Source, IsPreparing: true })
            {
                return move.At;
            }
        }

        return null;
    }

    private static GuestPause WithoutDevices(SwitchoverTimes times, SwitchoverMoment stopped, SwitchoverMoment sent, SwitchoverMoment resumed)
    {
        var told = Exactly(SwitchoverMoment.Between(stopped, resumed), "STOP and RESUME");
        return times.ReportedDowntime is { } downtime && downtime + SwitchoverMoment.Between(sent, resumed) is var counted && counted > told.Length + Agreement
            ? GuestPause.Within(counted, VcpuStop, CountUncertainty, "the source's downtime and RESUME, which contradict STOP")
            : told;
    }

    /// <summary>From the stop of the vCPUs until the source has sent everything.</summary>
    private static GuestPause Head(SwitchoverTimes times, SwitchoverMoment stopped, SwitchoverMoment sent)
    {
        GuestPause? told = Prepared(times) is { } prepared
            ? GuestPause.Within(SwitchoverMoment.OfOneSide(prepared, sent), EventUncertainty, EventUncertainty, "the devices' events")
            : null;
        GuestPause? counted = times.ReportedDowntime is { } downtime ? GuestPause.Within(downtime, VcpuStop, CountUncertainty, "the source's downtime") : null;
        if ((told ?? counted) is not { } best)
        {
            // The guest ran when the last pass began, and stood when it was told to have stopped.
            var least = SwitchoverMoment.OfOneSide(stopped, sent);
            var most = times.LastPass is { } pass ? SwitchoverMoment.OfOneSide(pass, sent) : least;
            return new GuestPause(most, least, most, "the last pass");
        }

        if (told is not null && counted is not null)
        {
            best = (told.Length - counted.Length).Duration() <= Agreement
                ? told with { Basis = "the devices' events, as the source's downtime says" }
                : (told.Length > counted.Length ? told : counted) with { Basis = "the larger of the devices' events and the source's downtime, which contradict each other" };
        }

        var stop = SwitchoverMoment.OfOneSide(stopped, sent);
        return stop > best.Length + Agreement ? Exactly(stop, "STOP, which contradicts the source's downtime") : best;
    }

    /// <summary>From there until the last device of the destination runs.</summary>
    private static GuestPause Tail(SwitchoverTimes times, SwitchoverMoment sent, SwitchoverMoment resumed)
    {
        GuestPause? told = LastRunning(times, MigrationSide.Destination) is { } last
            ? GuestPause.Within(SwitchoverMoment.OfOneSide(sent, last), EventUncertainty, EventUncertainty, "the devices' events")
            : null;
        if (times.ContinuedNanoseconds is not { } continued)
        {
            return told ?? GuestPause.Within(SwitchoverMoment.Between(sent, resumed), EventUncertainty, AnswerUncertainty, "RESUME");
        }

        // Heard on one clock, the first perhaps a little late. An event that comes after the answer, or long before it, is told by another clock than the source's.
        var answered = TimeSpan.FromTicks(Math.Max(0, continued - sent.ReceivedNanoseconds) / TimeSpan.NanosecondsPerTick);
        return told is not null && told.Length <= answered + Agreement && told.Length >= answered - AnswerDelay
            ? told
            : GuestPause.Within(answered, AnswerUncertainty, EventUncertainty, "the answer to the order to run");
    }

    private static GuestPause BackOnSource(SwitchoverTimes times, SwitchoverMoment stopped, SwitchoverMoment resumed, bool hasDevices)
    {
        if (!hasDevices)
        {
            return Exactly(SwitchoverMoment.Between(stopped, resumed), "STOP and RESUME");
        }

        var end = LastRunning(times, MigrationSide.Source) is { } last && SwitchoverMoment.OfOneSide(resumed, last) > TimeSpan.Zero ? last : resumed;
        if (Prepared(times) is { } prepared)
        {
            return GuestPause.Within(SwitchoverMoment.OfOneSide(prepared, end), EventUncertainty, EventUncertainty, "the devices' events");
        }

        var least = SwitchoverMoment.OfOneSide(stopped, end);
        var most = times.LastPass is { } pass ? SwitchoverMoment.OfOneSide(pass, end) : least;
        return new GuestPause(most, least, most, "the last pass and the devices' events");
    }

    private static SwitchoverMoment? LastRunning(SwitchoverTimes times, MigrationSide side)
    {
        for (var i = times.Moves.Length - 1; i >= 0; i--)
        {
            if (times.Moves[i] is { State: DeviceState.Running } move && move.Side == side)
            {
                return move.At;
            }
        }

        return null;
    }

    private static GuestPause Exactly(TimeSpan length, string basis) => new(length, length, length, basis);

    private static GuestPause Sum(GuestPause head, GuestPause tail) => new(
        head.Length + tail.Length, head.AtLeast + tail.AtLeast, head.AtMost + tail.AtMost, head.Basis == tail.Basis ? head.Basis : $"{head.Basis}; {tail.Basis}");
}
