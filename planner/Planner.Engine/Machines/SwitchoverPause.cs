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
    // QEMU counts its downtime in whole milliseconds of two readings of a clock, the first before it stops the vCPUs: 1 ms on a quiet host, 5 ms at most in
    // 151 migrations of a study, and 9 once where other work kept a vCPU from stopping.
    private static readonly TimeSpan CountUncertainty = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan VcpuStop = TimeSpan.FromMilliseconds(6);
    private static readonly TimeSpan EventUncertainty = TimeSpan.FromMilliseconds(1);

    // "completed" may be heard a little late, and then what follows looks shorter than it was.
    private static readonly TimeSpan HeardLate = TimeSpan.FromMilliseconds(5);

    // The answer to the order to run comes that much later than the last arc at most: 2 ms on a quiet host.
    private static readonly TimeSpan AnswerDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MostApart = TimeSpan.FromMilliseconds(4);

    // Beyond this two counts of the same time contradict each other.
    private static readonly TimeSpan Agreement = TimeSpan.FromMilliseconds(10);

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
            ? OrManaged(times, Head(times, stopped, sent) + Tail(times, sent, resumed))
            : WithoutDevices(times, stopped, sent, resumed);
    }

    /// <summary>When the vCPUs stood, by the source's clock: as told or counted, or else the last moment in which the guest is known to have run; null if nothing of it is known.</summary>
    public static SwitchoverMoment? Began(SwitchoverTimes times)
    {
        if (Prepared(times) is { } prepared)
        {
            return prepared;
        }

        // Its own count ends when it tells that everything was sent.
        return times is { Sent: { Happened: var sent } moment, ReportedDowntime: { } downtime } && sent > TimeSpan.Zero
            ? moment.Before(downtime)
            : times.LastRan;
    }

    /// <summary>A manager counts until the destination has answered that the guest runs, which is after its arcs: where that is more, it is what is known of them.</summary>
    private static GuestPause? OrManaged(SwitchoverTimes times, GuestPause? told) => told is not null && times.ManagerDowntime is { } counted && counted > told.Length
        ? new GuestPause(counted, told.AtLeast, Longer(told.AtMost, counted + CountUncertainty), "the manager's downtime, since nothing tells of the destination's arcs")
        : told;

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
        var told = Told(stopped, resumed);
        return times.ReportedDowntime is { } downtime && downtime + SwitchoverMoment.Between(sent, resumed) is var counted && counted > told.AtMost + Agreement
            ? GuestPause.Within(counted, VcpuStop, CountUncertainty, "the source's downtime and RESUME, which contradict STOP")
            : told;
    }

    /// <summary>From STOP to RESUME, on whichever hosts: by their own clocks as far as what the planner knows of them goes.</summary>
    private static GuestPause Told(SwitchoverMoment stopped, SwitchoverMoment resumed)
    {
        var length = SwitchoverMoment.Between(stopped, resumed);
        var (least, most) = SwitchoverMoment.Bounds(stopped, resumed);
        return new GuestPause(length, least, most ?? length, "STOP and RESUME");
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
            // The guest ran at the last pass or answer, and stood when it was told to have stopped.
            var least = SwitchoverMoment.OfOneSide(stopped, sent);
            return times.LastRan is { } ran
                ? new GuestPause(SwitchoverMoment.OfOneSide(ran, sent), least, SwitchoverMoment.OfOneSide(ran, sent), "the last pass or answer before STOP")
                : new GuestPause(least, least, least, "STOP, which leaves out the source's arcs");
        }

        if (told is not null && counted is not null)
        {
            best = (told.Length - counted.Length).Duration() <= Agreement
                ? told with { Basis = "the devices' events, as the source's downtime says" }
                : (told.Length > counted.Length ? told : counted) with { Basis = "the larger of the devices' events and the source's downtime, which contradict each other" };
        }

        var stop = SwitchoverMoment.OfOneSide(stopped, sent);
        return stop > best.Length + Agreement ? GuestPause.Exactly(stop, "STOP, which contradicts the source's downtime") : best;
    }

    /// <summary>From there until the last device of the destination runs.</summary>
    /// <remarks>
    /// Two hosts' clocks differ, so each span is taken on one clock. The order to run was given after "completed" was heard, RESUME cannot come before the
    /// order, and the last arc ends before the answer: these bound it on the planner's clock. An event is exact where both sides tell the time of one clock,
    /// which it is believed to be only within those bounds.
    /// </remarks>
    private static GuestPause Tail(SwitchoverTimes times, SwitchoverMoment sent, SwitchoverMoment resumed)
    {
        var last = LastRunning(times, MigrationSide.Destination);
        var told = Longer(sent.Happened > TimeSpan.Zero && last is { Happened: var ended } ? ended - sent.Happened : TimeSpan.Zero, TimeSpan.Zero);
        if (times is not { ContinuedNanoseconds: { } continued, ContinueToldNanoseconds: { } order })
        {
            // It was not started stopped: it ran before the source was done, or a manager let it run after that.
            var untilRun = Longer(told, SwitchoverMoment.Between(sent, resumed));
            return GuestPause.Within(untilRun, untilRun, EventUncertainty, told < untilRun ? "RESUME" : "the devices' events");
        }

        // The answer comes a little after the last arc; that it was found to run says only that it was not later.
        var arcs = last is { } end ? SwitchoverMoment.OfOneSide(resumed, end) : TimeSpan.Zero;
        var most = Since(sent, continued);
        var least = times.IsAnswerMissing ? Since(sent, order) + arcs : Longer(most - AnswerDelay, TimeSpan.Zero);
        if (last is null || told < Since(sent, order) + arcs - EventUncertainty || told > most + Agreement)
        {
            return new GuestPause(most, least < most ? least : most, most + HeardLate, "the answer to the order to run");
        }

        // What is heard at once shows how far the clocks are apart.
        var apart = (Delay(sent) - Delay(resumed)).Duration();
        return apart <= MostApart
            ? GuestPause.Within(told, Longer(EventUncertainty, apart), Longer(EventUncertainty, apart), "the devices' events")
            : new GuestPause(told, least < told ? least : told, Longer(most, told) + EventUncertainty, "the devices' events");
    }

    private static TimeSpan Delay(SwitchoverMoment moment) => TimeSpan.FromTicks(moment.ReceivedNanoseconds / TimeSpan.NanosecondsPerTick) - moment.Happened;

    private static TimeSpan Since(SwitchoverMoment moment, long nanoseconds) =>
        TimeSpan.FromTicks(Math.Max(0, nanoseconds - moment.ReceivedNanoseconds) / TimeSpan.NanosecondsPerTick);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static GuestPause BackOnSource(SwitchoverTimes times, SwitchoverMoment stopped, SwitchoverMoment resumed, bool hasDevices)
    {
        if (!hasDevices)
        {
            return Told(stopped, resumed);
        }

        var end = LastRunning(times, MigrationSide.Source) is { } last && SwitchoverMoment.OfOneSide(resumed, last) > TimeSpan.Zero ? last : resumed;
        if (Prepared(times) is { } prepared)
        {
            return GuestPause.Within(SwitchoverMoment.OfOneSide(prepared, end), EventUncertainty, EventUncertainty, "the devices' events");
        }

        var least = SwitchoverMoment.OfOneSide(stopped, end);
        var most = times.LastRan is { } ran ? SwitchoverMoment.OfOneSide(ran, end) : least;
        return new GuestPause(most, least, most, "the last pass or answer before STOP, and the devices' events");
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
}
