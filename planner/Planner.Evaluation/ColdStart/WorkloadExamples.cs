using Planner.Estimators;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Draws examples of first migrations from workloads with known truth, for a model of the cold start to learn from.</summary>
/// <remarks>
/// A group is one kind of machines over one link, both drawn around those of the file, so no two groups share a device or a link. Every row is the
/// first migration of such a machine: nothing of its devices was measured, worst cases are stated or not, and a transfer over the link is known in
/// half of the rows. A third of the machines with devices move without memory, as a session of devices alone does; the others copy theirs until it
/// has settled. The blackout is the true one at that moment.
/// </remarks>
public static class WorkloadExamples
{
    private const int KindPurpose = 11;
    private const int RowPurpose = 12;
    private const int PastLinkPurpose = 13;
    private const int PastStopPhasePurpose = 14;

    private const double DevicesAloneShare = 1.0 / 3;
    private const double KnownTransferShare = 0.5;
    private const int MostPastTransfers = 5;
    private const double PastRamBytes = 64 << 20;
    private const double LongestPastSeconds = 60;

    /// <summary>Draws examples.</summary>
    /// <param name="workloads">The file.</param>
    /// <param name="options">How many.</param>
    /// <returns>The examples, group by group; fewer than asked for where a machine could not be migrated in the file's time.</returns>
    public static IReadOnlyList<ColdStartExample> Draw(WorkloadFile workloads, WorkloadExampleOptions options)
    {
        var grid = workloads.Grid;
        var examples = new List<ColdStartExample>();
        var known = grid.Devices.SelectMany(d => d.Devices).ToList();
        for (var group = 0; group < options.Groups; group++)
        {
            // Every kind meets every link in turn.
            var devices = grid.Devices[group % grid.Devices.Count];
            var link = grid.Links[group / grid.Devices.Count % grid.Links.Count];
            var machines = new DrawnMachines(devices, known, link, new SeededStream(options.Seed, group, 0, KindPurpose));
            for (var row = 0; row < options.RowsPerGroup; row++)
            {
                if (Migrate(workloads, machines, options.Seed, group, row) is var (snapshot, seconds))
                {
                    examples.Add(new ColdStartExample(SnapshotFeatures.Read(snapshot), seconds, $"{devices.Name} over {link.Name}, {group}"));
                }
            }
        }

        return examples;
    }

    private static (DecisionSnapshot Snapshot, double Seconds)? Migrate(WorkloadFile workloads, DrawnMachines machines, ulong seed, int group, int row)
    {
        var draws = new SeededStream(seed, group, row, RowPurpose);
        var memory = Scaled(workloads.Grid.Memory[(int)(draws.NextOpenUnit() * workloads.Grid.Memory.Count)], machines.MemoryScale);
        var truth = new WorkloadTruth(workloads, memory, machines.Link, machines.Devices, seed, group, row, earlierMigrations: 0);
        var movesAlone = draws.NextOpenUnit() < DevicesAloneShare && machines.Evidence.Count > 0;
        var snapshot = new DecisionSnapshot { Devices = machines.Evidence, Transfer = PastTransfers(machines, seed, group, row, ref draws) };
        if (movesAlone)
        {
            return (snapshot, truth.BlackoutSeconds(draws.NextOpenUnit() * workloads.CompleteWithinSeconds, 0));
        }

        var rule = new SettlingRule(workloads.CompleteWithinSeconds);
        var outcome = WorkloadMigration.Run(truth, rule);
        return outcome.Committed
            ? (snapshot with { Ram = new RamEvidence { RemainingBytes = (long)outcome.RamBytes, DirtyWindows = rule.Windows } }, outcome.BlackoutSeconds)
            : null;
    }

    private static MemoryWorkload Scaled(MemoryWorkload memory, double factor) =>
        memory with { Classes = [.. memory.Classes.Select(c => c with { Bytes = (long)(c.Bytes * factor) })] };

    /// <summary>What other machines' transfers have shown of the link; null for a link that nothing has gone over.</summary>
    private static TransferEvidence? PastTransfers(DrawnMachines machines, ulong seed, int group, int row, ref SeededStream draws)
    {
        if (draws.NextOpenUnit() >= KnownTransferShare)
        {
            return null;
        }

        var rates = new double[1 + (int)(draws.NextOpenUnit() * MostPastTransfers)];
        for (var i = 0; i < rates.Length; i++)
        {
            var past = row * MostPastTransfers + i;
            var trace = new LinkTrace(machines.Link, new SeededStream(seed, group, past, PastLinkPurpose), new SeededStream(seed, group, past, PastStopPhasePurpose));
            var bytes = PastRamBytes + machines.Devices.StateBytes;
            rates[i] = bytes / trace.StopPhaseSeconds(draws.NextOpenUnit() * LongestPastSeconds, bytes);
        }

        return new TransferEvidence { BytesPerSecond = rates };
    }
}
