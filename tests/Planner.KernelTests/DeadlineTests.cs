using System.Diagnostics;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>The deadline that the module keeps.</summary>
internal static class DeadlineTests
{
    private const long Millisecond = 1_000_000;

    public static void A_device_that_takes_deadlines_is_found_by_probing()
    {
        using var with = new LabDevice(LabDevice.Everything);
        Check.Equal((Answer.Yes, Answer.Yes), (with.Device.Offer.OffersDeadline, with.Device.Offer.OffersArcLatency));
        with.Knobs.Latency(Running, RunningP2P, 3, jitterMilliseconds: 1);
        Check.Equal(4.0, with.Device.GetWorstArcLatency(new Arc(Running, RunningP2P)).TotalMilliseconds);
    }

    public static void A_deadline_that_cannot_be_kept_is_refused_and_nothing_happens()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Latency(Running, RunningP2P, 50);
        var since = lab.Knobs.LastSequence;
        var result = lab.Device.SetStateBy(RunningP2P, Now() + (10 * Millisecond));
        Check.Equal((ArcOutcome.Refused, (DeviceState?)Running, Errno.ETIME), (result.Outcome, result.State, result.Errno));
        Check.Equal(since, lab.Knobs.LastSequence);
    }

    public static void A_deadline_with_room_is_kept()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Latency(Running, RunningP2P, 10);
        Check.Equal(ArcOutcome.Completed, lab.Device.SetStateBy(RunningP2P, Now() + (100 * Millisecond)).Outcome);
        Check.Equal(RunningP2P, lab.Device.GetState());
    }

    public static void An_arc_that_overruns_is_given_up_in_flight_and_the_device_runs_on()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Latency(Running, RunningP2P, 200);
        lab.Knobs.Set("estimate_pct", "1");
        var result = lab.Device.SetStateBy(RunningP2P, Now() + (20 * Millisecond));
        Check.Equal((ArcOutcome.AbortedInFlight, (DeviceState?)Running, Errno.ETIMEDOUT), (result.Outcome, result.State, result.Errno));
        Check.Within(15, 60, result.Took.TotalMilliseconds);
    }

    public static void A_device_that_only_refuses_may_be_late_and_is_said_to_be()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Set("deadline_mode", "1");
        lab.Knobs.Latency(Running, RunningP2P, 50);
        lab.Knobs.Set("estimate_pct", "1");
        Check.Equal(ArcOutcome.CompletedLate, lab.Device.SetStateBy(RunningP2P, Now() + (10 * Millisecond)).Outcome);
    }

    // CLOCK_MONOTONIC in nanoseconds, on Linux.
    private static long Now() => Stopwatch.GetTimestamp();
}
