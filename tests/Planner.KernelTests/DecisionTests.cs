using Planner.Measurements;
using Planner.Policies;
using Planner.Simulation;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>Decisions on both sides of the limit, on devices of the kernel.</summary>
internal static class DecisionTests
{
    // A bound from rehearsals alone is half as wide again: what fits is well above the longest of them.
    private const int Rehearsals = 20;

    public static void A_switchover_that_fits_is_committed_and_keeps_the_limit()
    {
        foreach (var deadlineMode in new[] { 0, 1, 2 })
        {
            using var pair = Slow(deadlineMode);
            using var store = new MemoryStore();
            var longest = Rehearse(pair, store);
            var since = pair.Source.Knobs.LastSequence;
            var result = pair.Migrate(Policy(2.5 * longest), store);
            Check.Equal(MigrationOutcome.Completed, result.Outcome);
            Check.That(result.Blackout < 2.5 * longest, $"the blackout was {result.Blackout}");
            Check.Equal(deadlineMode > 0, pair.Source.Knobs.Log(since).Any(a => a.HadDeadline));
            Check.Equal(pair.Source.Knobs.Sums.Saved, pair.Destination.Knobs.Sums.Loaded);
        }
    }

    public static void A_switchover_that_does_not_fit_is_not_begun()
    {
        using var pair = Slow(deadlineMode: 2);
        using var store = new MemoryStore();
        var longest = Rehearse(pair, store);
        var since = pair.Source.Knobs.LastSequence;
        var result = pair.Migrate(Policy(0.7 * longest), store);
        Check.Equal(MigrationOutcome.Stayed, result.Outcome);
        Check.Equal(Running, pair.Source.Device.GetState());
        Check.That(pair.Source.Knobs.Log(since).All(a => a.State is not (Stop or StopCopy)), "the device was stopped");
        Check.That(result.Decision!.WouldCommitIf.Count > 0, "it does not say what would make it possible");
    }

    public static void A_device_of_which_nothing_is_known_stays_RUNNING()
    {
        using var pair = Slow(deadlineMode: 0);
        using var store = new MemoryStore();
        var result = pair.Migrate(Policy(TimeSpan.FromSeconds(10)), store);
        Check.Equal((MigrationOutcome.Stayed, Running), (result.Outcome, pair.Source.Device.GetState()));
        Check.That(result.Decision!.Evidence.Have < result.Decision.Evidence.Need, "it does not say what evidence it lacks");
    }

    public static void An_arc_that_takes_much_longer_than_ever_is_given_up_by_the_device_and_the_machine_runs_on()
    {
        using var pair = Slow(deadlineMode: 2);
        using var store = new MemoryStore();
        var longest = Rehearse(pair, store);
        pair.Source.Device.Reset();
        pair.Source.Knobs.Fault(PreCopyP2P, StopCopy, "block", 3000);
        var result = pair.Migrate(Policy(2.5 * longest), store);
        Check.Equal((MigrationOutcome.Stayed, Running), (result.Outcome, pair.Source.Device.GetState()));
        Console.WriteLine(FormattableString.Invariant($"# an arc blocked for 3 s under a limit of {2.5 * longest.TotalMilliseconds:0.0} ms: the machine was back after {result.Blackout.TotalMilliseconds:0.0} ms"));
        Check.That(result.Blackout < TimeSpan.FromSeconds(1), $"the machine came back after {result.Blackout}");
    }

    private static LabPair Slow(int deadlineMode) => new(prepare: k =>
    {
        k.Set("deadline_mode", $"{deadlineMode}");
        k.Latency(PreCopyP2P, StopCopy, 15, jitterMilliseconds: 5);
        k.Latency(PreCopy, PreCopyP2P, 3, jitterMilliseconds: 1);
    });

    private static SlaPolicy Policy(TimeSpan limit) => new() { Name = "lab", BlackoutLimit = limit, Confidence = 0.9 };

    private static TimeSpan Rehearse(LabPair pair, MemoryStore store) => Enumerable.Range(0, Rehearsals).Max(_ =>
    {
        var result = pair.Rehearse(store);
        Check.Equal(MigrationOutcome.Completed, result.Outcome);
        return result.Blackout;
    });
}
