using Planner.Measurements;
using Planner.Sessions;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>Device states on their way from one device of the kernel to another.</summary>
internal static class StreamTests
{
    private const int LargeBlocks = 2048;
    private const int BufferBytes = 1024 * 1024;

    public static void A_state_arrives_byte_for_byte()
    {
        foreach (var (source, destination) in new[] { (0, 1), (2, 3), (4, 5), (LabDevice.WithPreCopy, 1) })
        {
            using var pair = new LabPair(source, destination, k => k.Size(100, 60));
            var result = pair.Rehearse();
            Check.Equal(MigrationOutcome.Completed, result.Outcome);
            Check.Equal(pair.Source.Knobs.Sums.Saved, pair.Destination.Knobs.Sums.Loaded);
            Check.Equal((Stop, Running), (pair.Source.Device.GetState(), pair.Destination.Device.GetState()));
        }
    }

    public static void A_state_that_changes_while_it_is_copied_arrives_as_it_was_at_the_end()
    {
        using var pair = new LabPair(prepare: k =>
        {
            k.Size(256, 16);
            k.Set("dirty_bps", "20000000");
        });
        var result = pair.Rehearse();
        Check.Equal(MigrationOutcome.Completed, result.Outcome);
        Check.Equal(pair.Source.Knobs.Sums.Saved, pair.Destination.Knobs.Sums.Loaded);
        Check.That(result.Measurements.Transfers.Any(t => t.Phase == TransferPhase.PreCopy && t.Bytes >= 256 * LabKnobs.BlockBytes), "nothing was copied before the stop");
    }

    public static void Pre_copy_ends_for_now_and_goes_on_when_there_is_more()
    {
        using var lab = new LabDevice(LabDevice.Everything, k => k.Size(64, 16));
        lab.Device.SetState(PreCopy);
        var buffer = new byte[BufferBytes];
        var initial = Drain(lab, buffer);
        Check.That(initial >= 64 * LabKnobs.BlockBytes, $"the first round had {initial} bytes");
        Check.Equal(0, lab.Device.Read(buffer));
        lab.Knobs.Set("dirty_bps", "50000000");
        // Time of the guest in which the device writes.
        Thread.Sleep(20);
        Check.That(lab.Device.GetPreCopyInfo().DirtyBytes > 0, "the device says that nothing changed");
        Check.That(Drain(lab, buffer) > 0, "nothing came of what changed");
    }

    public static void A_device_that_begins_again_with_initial_data_says_so()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        lab.Device.SetState(PreCopy);
        Drain(lab, new byte[BufferBytes]);
        lab.Knobs.Set("reinit", "1");
        var info = lab.Device.GetPreCopyInfo();

        // Only kernels with MIG_PRECOPY_INFOv2 have the flag; the others begin again without a word.
        Check.That(info.Reinitialized || !HasPreCopyInfoV2(), "it does not say so");
    }

    public static void A_corrupt_stream_leaves_the_machine_on_the_source()
    {
        using var pair = new LabPair();
        pair.Source.Knobs.Set("corrupt", "1");
        var result = pair.Rehearse();
        Check.Equal(MigrationOutcome.Recovered, result.Outcome);
        Check.Equal(Running, pair.Source.Device.GetState());
        Check.That(result.Reason.Contains("EBADMSG", StringComparison.Ordinal), $"it says: {result.Reason}");
    }

    public static void A_stream_without_its_end_leaves_the_machine_on_the_source()
    {
        using var pair = new LabPair();
        pair.Source.Knobs.Set("truncate", "1");
        var result = pair.Rehearse();
        Check.Equal(MigrationOutcome.Recovered, result.Outcome);
        Check.Equal(Running, pair.Source.Device.GetState());
    }

    public static void An_arc_allocates_nothing()
    {
        using var lab = new LabDevice(LabDevice.Everything);
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            lab.Device.SetState(StopCopy);
            var after = GC.GetAllocatedBytesForCurrentThread();
            lab.Device.SetState(Running);
            lab.Device.GetDataSizeBytes();
            Check.Equal(0L, i == 0 ? 0 : after - before);
        }
    }

    public static void The_mover_is_as_fast_as_dd_on_the_same_bytes()
    {
        var ratios = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var ours = MoveOnce();
            ratios.Add(Vmm.CopyWithDd(LabDevice.Everything, LabDevice.Everything + 1) / ours);
        }

        ratios.Sort();
        Console.WriteLine(FormattableString.Invariant($"# the mover's throughput beside dd's: {ratios[2]:0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00}), {LargeBlocks * 2L * LabKnobs.BlockBytes} bytes of state"));
        Check.That(ratios[2] >= 0.9, FormattableString.Invariant($"the mover has {ratios[2]:0.00} of dd's throughput"));
    }

    private static double MoveOnce()
    {
        using var pair = new LabPair(prepare: k => k.Size(LargeBlocks, LargeBlocks));
        using var mover = new DataMover(4, BufferBytes, TimeProvider.System);
        pair.Source.Device.SetState(StopCopy);
        pair.Destination.Device.SetState(Resuming);
        mover.Begin();
        var loading = new Thread(() => mover.Load(pair.Destination.Device));
        loading.Start();
        mover.Read(pair.Source.Device, StreamEnd.Stream, TimeSpan.Zero);
        loading.Join();
        var moved = mover.Result;
        Check.Equal(null, moved.Trouble);
        Check.Equal(ArcOutcome.Completed, pair.Destination.Device.SetState(Stop).Outcome);
        return moved.Took.TotalSeconds;
    }

    private static bool HasPreCopyInfoV2() => Version.TryParse(File.ReadAllText("/proc/sys/kernel/osrelease").Split('+', '-')[0], out var version) && version >= new Version(7, 3);

    private static long Drain(LabDevice lab, byte[] buffer)
    {
        var total = 0L;
        for (int length; (length = lab.Device.Read(buffer)) > 0;)
        {
            total += length;
        }

        return total;
    }
}
