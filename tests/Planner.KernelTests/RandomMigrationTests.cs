using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>Many migrations over random devices, with random limits and faults.</summary>
internal static class RandomMigrationTests
{
    // Until so many commits have come a bound from rehearsals is wider.
    private const int CommitsToTrust = 5;
    private const double RehearsedOnly = 1.5;

    private const int Machines = 8;
    private const int MigrationsEach = 25;
    private const int Rehearsals = 40;
    private const double Confidence = 0.9;
    private const double FaultyShare = 0.3;
    private const double TakenShare = 0.95;

    private static readonly (int Source, int Destination)[] Pairs =
    [
        (LabDevice.Everything, LabDevice.Everything + 1), (LabDevice.WithP2P, LabDevice.WithP2P + 1), (LabDevice.StopCopyAlone, LabDevice.StopCopyAlone + 1),
        (LabDevice.WithPreCopy, LabDevice.Everything + 1),
    ];

    public static void Two_hundred_migrations_end_completed_or_RUNNING_in_time_and_nearly_all_that_fit_are_committed()
    {
        var tally = new Tally();
        for (var seed = 0; seed < Machines; seed++)
        {
            MigrateOften(seed, tally);
        }

        Console.WriteLine($"# {tally}");
        Check.Equal(Machines * MigrationsEach, tally.Completed + tally.Stayed + tally.Recovered);
        Check.That(tally.FittingTaken >= TakenShare * tally.Fitting, $"of {tally.Fitting} that fit {tally.FittingTaken} were committed");
        Check.That(tally.Late <= (1 - Confidence) * tally.Completed, $"of {tally.Completed} committed ones {tally.Late} exceeded the limit");
        Check.That(tally.Fitting > 20 && tally.Recovered > 10 && tally.Stayed > 20, "the limits and faults are not mixed well enough to show anything");
    }

    private static void MigrateOften(int seed, Tally tally)
    {
        var random = new Random(seed);
        var deadlineMode = random.Next(3);
        var (source, destination) = Pairs[seed % Pairs.Length];
        using var pair = new LabPair(source, destination, k => k.Set("deadline_mode", $"{deadlineMode}"));
        Program(pair, random);
        using var store = new MemoryStore();
        var longest = TimeSpan.Zero;
        for (var i = 0; i < Rehearsals; i++)
        {
            var rehearsed = pair.Rehearse(store);
            Check.Equal(MigrationOutcome.Completed, rehearsed.Outcome);
            longest = rehearsed.Blackout > longest ? rehearsed.Blackout : longest;
        }

        // A switchover that failed ranks above all others: after one, this confidence takes more evidence than these machines have, and staying is right.
        var hasFailed = false;
        var commits = 0;
        for (var i = 0; i < MigrationsEach; i++)
        {
            var limit = longest * (0.4 + (1.6 * random.NextDouble()));
            var fault = random.NextDouble() < FaultyShare ? Break(pair, random) : null;
            var result = pair.Migrate(new SlaPolicy { Name = "lab", BlackoutLimit = limit, Confidence = Confidence }, store);
            RunsOnOneSide(pair, result, $"machine {seed}, migration {i}, {fault ?? "no fault"}");
            tally.Add(result, limit, isFitting: fault is null && !hasFailed && limit >= (commits < CommitsToTrust ? RehearsedOnly : 1) * longest);
            commits += result.Attempt.Scores.Any(s => s.Span == BlackoutSpan.Whole) ? 1 : 0;
            hasFailed |= result.Attempt.Scores.Any(s => s.IsCutOff);
            Mend(pair);
        }
    }

    private static void Program(LabPair pair, Random random)
    {
        var (preCopyBlocks, stopBlocks, dirtyBytesPerSecond) = (random.Next(8, 128), random.Next(4, 64), random.Next(4_000_000));
        foreach (var device in new[] { pair.Source, pair.Destination })
        {
            device.Knobs.Size(preCopyBlocks, stopBlocks);
            device.Knobs.Set("dirty_bps", $"{dirtyBytesPerSecond}");
            foreach (var arc in SingleArcs(device))
            {
                var milliseconds = 0.2 + (5 * random.NextDouble());
                device.Knobs.Latency(arc.From, arc.To, milliseconds, milliseconds * 0.5 * random.NextDouble());
            }
        }
    }

    private static string Break(LabPair pair, Random random)
    {
        var device = random.Next(2) == 0 ? pair.Source : pair.Destination;
        Arc[] arcs = [.. SingleArcs(device).Where(a => a.From is not Running || a.To is not Stop)];
        var arc = arcs[random.Next(arcs.Length)];
        switch (random.Next(5))
        {
            case 0:
                pair.Source.Knobs.Set("corrupt", "1");
                return "a corrupt stream";
            case 1:
                pair.Source.Knobs.Set("truncate", "1");
                return "a stream without its end";
            case 2:
                device.Knobs.Fault(arc.From, arc.To, "dead", (int)Errno.EIO);
                return $"{arc} of {device.Address} ends in ERROR";
            default:
                device.Knobs.Fault(arc.From, arc.To, "errno", (int)Errno.EIO);
                return $"{arc} of {device.Address} fails";
        }
    }

    /// <summary>Takes back what <see cref="Break"/> did and nothing met.</summary>
    private static void Mend(LabPair pair)
    {
        foreach (var device in new[] { pair.Source, pair.Destination })
        {
            foreach (var arc in SingleArcs(device))
            {
                device.Knobs.Set("fault", $"{(int)arc.From} {(int)arc.To} 0 errno 5");
            }

            device.Knobs.Set("corrupt", "0");
            device.Knobs.Set("truncate", "0");
        }
    }

    private static IEnumerable<Arc> SingleArcs(LabDevice device) =>
        from f in Enum.GetValues<DeviceState>()
        from t in Enum.GetValues<DeviceState>()
        where f != Error && t != Error && f != t && MigrationStateMachine.IsSingleArc(new Arc(f, t), device.Device.Offer.Capabilities)
        select new Arc(f, t);

    private static void RunsOnOneSide(LabPair pair, SessionResult result, string what)
    {
        var isThere = result.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
        var (runs, rests) = isThere ? (pair.Destination, pair.Source) : (pair.Source, pair.Destination);
        Check.That(result.Outcome != MigrationOutcome.NeedsPerson, $"{what}: {result.Reason}");
        Check.That(runs.Device.GetState() == Running, $"{what}: {result.Outcome}, and the device is in {runs.Device.GetState()}");
        Check.That(!isThere || pair.Source.Knobs.Sums.Saved == pair.Destination.Knobs.Sums.Loaded, $"{what}: another state arrived");
        Check.That(!isThere || rests.Device.GetState() != Running, $"{what}: both sides run");
        Check.That(isThere || rests.Knobs.Sums.Now != runs.Knobs.Sums.Saved, $"{what}: the destination still has the state");
    }

    private sealed class Tally
    {
        public int Completed { get; private set; }

        public int Late { get; private set; }

        public int Stayed { get; private set; }

        public int Recovered { get; private set; }

        public int Fitting { get; private set; }

        public int FittingTaken { get; private set; }

        public void Add(SessionResult result, TimeSpan limit, bool isFitting)
        {
            var isCommitted = result.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
            Completed += isCommitted ? 1 : 0;
            Late += isCommitted && result.Blackout > limit ? 1 : 0;
            Stayed += result.Outcome == MigrationOutcome.Stayed ? 1 : 0;
            Recovered += result.Outcome == MigrationOutcome.Recovered ? 1 : 0;
            Fitting += isFitting ? 1 : 0;
            FittingTaken += isFitting && isCommitted ? 1 : 0;
        }

        public override string ToString() => $"{Completed} completed ({Late} over the limit), {Stayed} stayed, {Recovered} recovered; of {Fitting} that fit {FittingTaken} were committed";
    }
}
