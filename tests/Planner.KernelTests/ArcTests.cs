using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>The state machine, through the kernel.</summary>
internal static partial class ArcTests
{
    private const int Repeats = 7;

    // The guest's kernel adds up to some ms to single arcs, whoever asks.
    private const double LeastMilliseconds = 1;
    private const double Share = 0.05;

    // SIGWINCH.
    private const int WindowChanged = 28;

    public static void Every_way_between_two_states_is_the_one_that_the_planner_foretells()
    {
        foreach (var (number, capabilities) in new[] { (LabDevice.Everything, 7), (LabDevice.StopCopyAlone, 1), (LabDevice.WithP2P, 3), (LabDevice.WithPreCopy, 5) })
        {
            using var lab = new LabDevice(number);
            Check.Equal((MigrationCapabilities)capabilities, lab.Device.Offer.Capabilities);
            foreach (var from in Enum.GetValues<DeviceState>())
            {
                foreach (var to in Enum.GetValues<DeviceState>().Where(to => from != Error || to != Error))
                {
                    Walk(lab, from, to);
                }
            }
        }
    }

    public static void An_arc_that_the_machine_does_not_have_never_reaches_the_kernel()
    {
        using var lab = new LabDevice(LabDevice.StopCopyAlone);
        var before = lab.Knobs.LastSequence;
        Check.Equal(Errno.EINVAL, lab.Device.SetState(PreCopy).Errno);
        Check.Equal(before, lab.Knobs.LastSequence);
        Check.Equal(Running, lab.Device.GetState());
    }

    public static void A_measured_arc_is_as_long_as_the_module_says()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        foreach (var milliseconds in new[] { 2.0, 20, 80 })
        {
            lab.Knobs.Latency(Running, RunningP2P, milliseconds);
            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var i = 0; i < Repeats; i++)
            {
                var since = lab.Knobs.LastSequence;
                ours.Add(lab.Device.SetState(RunningP2P).Took.TotalMilliseconds);
                theirs.Add(lab.Knobs.Log(since)[0].Took.TotalMilliseconds);
                lab.Device.SetState(Running);
            }

            var (measured, logged) = (Median(ours), Median(theirs));
            Console.WriteLine(FormattableString.Invariant($"# arc of {milliseconds} ms: measured {measured:0.000} ms, the module {logged:0.000} ms"));
            Check.Within(logged, logged + Math.Max(LeastMilliseconds, Share * logged), measured);
        }
    }

    public static void A_failed_arc_tells_where_the_device_is()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Fault(RunningP2P, Stop, "errno", 5);
        var result = lab.Device.SetState(StopCopy);
        Check.Equal((ArcOutcome.Failed, (DeviceState?)RunningP2P), (result.Outcome, result.State));
        Check.Equal(ArcOutcome.Completed, lab.Device.SetState(Running).Outcome);
    }

    public static void A_driver_that_claims_success_and_is_elsewhere_is_not_believed()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Fault(Running, RunningP2P, "lie", (int)Running);
        var result = lab.Device.SetState(RunningP2P);
        Check.Equal((ArcOutcome.Failed, (DeviceState?)Running), (result.Outcome, result.State));
    }

    public static void A_device_in_ERROR_comes_back_by_a_reset()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Fault(Running, RunningP2P, "dead", 121);
        Check.Equal((DeviceState?)Error, lab.Device.SetState(RunningP2P).State);
        Check.Equal(false, lab.Device.SetState(Running).Reached);
        lab.Device.Reset();
        Check.Equal(Running, lab.Device.GetState());
    }

    /// <summary>A signal to this process while the driver waits. One that nobody handles would not reach it.</summary>
    public static void An_arc_that_a_signal_ends_at_once_is_sent_again_and_one_that_it_ends_late_is_not()
    {
        using var lab = new LabDevice(LabDevice.Everything, k => k.Set("interruptible", "1"));
        using var handler = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => { });
        lab.Knobs.Latency(Running, RunningP2P, 100);
        foreach (var (milliseconds, outcome, errors) in new[] { (2, ArcOutcome.Completed, new[] { (int)Errno.EINTR, 0 }), (50, ArcOutcome.Failed, [(int)Errno.EINTR]) })
        {
            var since = lab.Knobs.LastSequence;
            var signal = new Thread(() =>
            {
                // Nothing shows from outside that the driver has begun to wait. The guest's time counts instructions, so this is no race with the host.
                Thread.Sleep(milliseconds);
                Check.Equal(0, kill(Environment.ProcessId, WindowChanged));
            });
            signal.Start();
            var result = lab.Device.SetState(RunningP2P);
            signal.Join();
            Check.Equal((outcome, errors[^1]), (result.Outcome, (int)result.Errno));
            Check.That(lab.Knobs.Log(since).Select(a => a.Errno).SequenceEqual(errors), $"after {milliseconds} ms: {string.Join(", ", lab.Knobs.Log(since).Select(a => a.Errno))}");
            Check.Equal(outcome == ArcOutcome.Completed ? RunningP2P : Running, lab.Device.GetState());
            lab.Device.SetState(Running);
        }
    }

    public static void While_an_arc_blocks_other_questions_are_refused_and_not_kept_waiting()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Knobs.Fault(Running, RunningP2P, "block", 2000);
        using var begun = new ManualResetEventSlim();
        var arc = new Thread(() =>
        {
            begun.Set();
            lab.Device.SetState(RunningP2P);
        });
        arc.Start();
        begun.Wait();
        // Lets the other thread into its ioctl: the guest has one processor, and one thread runs at a time.
        Thread.Sleep(100);
        Check.Equal(DeviceFault.Busy, Check.Throws<DeviceException>(() => lab.Device.GetState()).Fault);
        Check.Equal(ArcOutcome.Unknown, lab.Device.SetState(Running).Outcome);
        arc.Join();
        Check.Equal(RunningP2P, lab.Device.GetState());
    }

    public static void An_arc_that_blocks_for_a_minute_is_waited_for_and_somebody_is_told_once()
    {
        var told = 0;
        using var lab = new LabDevice(LabDevice.Everything, options: new VfioOptions { OnOverdue = _ => Interlocked.Increment(ref told) });
        lab.Knobs.Fault(Running, RunningP2P, "block", 60_000);
        var result = lab.Device.SetState(RunningP2P);
        Check.Equal(ArcOutcome.Completed, result.Outcome);
        Check.Within(60, 61, result.Took.TotalSeconds);
        Check.Equal(1, told);
    }

    private static void Walk(LabDevice lab, DeviceState from, DeviceState to)
    {
        lab.Device.Reset();
        if (from == Error)
        {
            lab.Knobs.Fault(Running, lab.Device.Offer.Capabilities.Has(MigrationCapabilities.P2P) ? RunningP2P : Stop, "dead", 5);
            lab.Device.SetState(Stop);
        }
        else if (from != Running && !lab.Device.SetState(from).Reached)
        {
            // A state that the device does not have.
            return;
        }

        var capabilities = lab.Device.Offer.Capabilities;
        var exists = MigrationStateMachine.TryGetPath(from, to, capabilities, out var path);
        var since = lab.Knobs.LastSequence;
        var result = lab.Device.SetState(to);
        Arc[] arcs = [.. lab.Knobs.Log(since).Select(a => a.Arc)];

        // A device in RESUMING that was given nothing has no state to stop with, and gets no further.
        Check.That(arcs.SequenceEqual(from == Resuming ? path.Take(arcs.Length) : exists ? path : []), $"{from.Name()}->{to.Name()} took the way {string.Join(", ", arcs)}");
        Check.That(result.Reached == exists || from == Resuming, $"{from.Name()}->{to.Name()} ended as {result}");
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
