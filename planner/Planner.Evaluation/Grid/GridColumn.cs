using Planner.Policies;
using Planner.Simulation;

namespace Planner.Evaluation;

/// <summary>All cells of the grid with one link and one kind of devices: migrations of all memory workloads in turn, under every rule.</summary>
/// <remarks>The machines of a column share their evidence, one class for every limit and confidence, as a fleet does.</remarks>
internal sealed class GridColumn
{
    // A class that cannot be promised any more is measured again, or it would never learn that the world has calmed.
    private const int StaysPerRehearsal = 5;

    internal const string OracleName = "oracle";

    private readonly WorkloadFile _workloads;
    private readonly GridOptions _options;
    private readonly LinkWorkload _link;
    private readonly MachineDevices _devices;
    private readonly int _column;
    private readonly LatencyQuantiles _latencies;
    private readonly Dictionary<(int Memory, int Limit, int Confidence, string Rule), RuleTally> _tallies = [];

    public GridColumn(WorkloadFile workloads, GridOptions options, int link, int devices)
    {
        _workloads = workloads;
        _options = options;
        _link = workloads.Grid.Links[link];
        _devices = workloads.Grid.Devices[devices];
        _column = link * workloads.Grid.Devices.Count + devices;
        _latencies = new LatencyQuantiles(_devices, options.Seed);
    }

    private WorkloadGrid Grid => _workloads.Grid;

    /// <summary>Simulates the column.</summary>
    public IEnumerable<GridTally> Run()
    {
        var rounds = Rounds();
        var classes = Classes();
        for (var round = -classes.Max(c => c.WarmUpRounds(Grid.Memory.Count)); round < rounds; round++)
        {
            for (var memory = 0; memory < Grid.Memory.Count; memory++)
            {
                var earlier = Math.Max(0, round * Grid.Memory.Count + memory);
                var truth = new WorkloadTruth(
                    _workloads, Grid.Memory[memory], _link, _devices, _options.Seed, _column * Grid.Memory.Count + memory, round, earlier);
                if (round >= 0)
                {
                    Try(truth, memory, earlier, classes);
                    continue;
                }

                Rehearse(truth, [.. classes.Where(c => round >= -c.WarmUpRounds(Grid.Memory.Count))]);
            }
        }

        return _tallies.Select(t => new GridTally(
            new GridCell(Grid.Memory[t.Key.Memory].Name, _link.Name, _devices.Name, Grid.LimitSeconds[t.Key.Limit], Grid.Confidences[t.Key.Confidence]), t.Value));
    }

    /// <summary>Drift must have passed, or a short run would not have met it.</summary>
    private int Rounds()
    {
        var drifts = _devices.Devices.SelectMany(d => new[] { d.Quiesce.Drift, d.Stop.Drift, d.Load.Drift }).OfType<LatencyDrift>();
        var longest = drifts.Select(d => d.After + d.Over).DefaultIfEmpty(0).Max();
        return Math.Max(_options.MigrationsPerCell, (int)Math.Ceiling(1.1 * longest / Grid.Memory.Count));
    }

    private List<PromisedClass> Classes()
    {
        var classes = new List<PromisedClass>();
        for (var limit = 0; limit < Grid.LimitSeconds.Count; limit++)
        {
            for (var confidence = 0; confidence < Grid.Confidences.Count; confidence++)
            {
                foreach (var rule in PlannerRules.Names)
                {
                    classes.Add(new PromisedClass(rule, limit, confidence, _devices, new SlaTerms
                    {
                        BlackoutLimitSeconds = Grid.LimitSeconds[limit],
                        Confidence = Grid.Confidences[confidence],
                        CompleteWithinSeconds = _workloads.CompleteWithinSeconds,
                        WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Stay,
                    }));
                }
            }
        }

        return classes;
    }

    private void Try(WorkloadTruth truth, int memory, int earlier, List<PromisedClass> classes)
    {
        for (var limit = 0; limit < Grid.LimitSeconds.Count; limit++)
        {
            var seconds = Grid.LimitSeconds[limit];
            var oracle = WorkloadMigration.Run(truth, new OracleRule(seconds));
            var best = oracle.Committed && InTime(oracle) ? oracle.CompletionSeconds : (double?)null;
            Count(memory, limit, 0, OracleName, oracle with { Committed = best is not null }, best, null, null);
            foreach (var name in PeerRules.Names.Where(n => n != OracleName))
            {
                Count(memory, limit, 0, name, WorkloadMigration.Run(truth, PeerRules.Create(name, seconds)), best, null, null);
            }

            for (var confidence = 0; confidence < Grid.Confidences.Count; confidence++)
            {
                var latency = _latencies.Quantile(1 - Grid.Confidences[confidence], earlier);
                var informed = WorkloadMigration.Run(truth, new InformedRule(truth, seconds, latency));
                Count(memory, limit, confidence, "informed", informed with { Committed = informed.Committed && InTime(informed) }, best, null, null);
            }

            foreach (var promise in classes.Where(c => c.Limit == limit))
            {
                var rule = promise.CreateRule();
                var outcome = WorkloadMigration.Run(truth, rule);
                Count(memory, limit, promise.Confidence, rule.Name, outcome, best, outcome.Committed ? rule.BoundSeconds : null, rule.Moments.Unbounded);
                promise.Learn(truth, outcome, rule.Moments);
                if (!outcome.Committed && ++promise.Stays % StaysPerRehearsal == 0)
                {
                    Rehearse(truth, [promise]);
                }
            }
        }
    }

    private bool InTime(in WorkloadOutcome outcome) => outcome.CompletionSeconds <= _workloads.CompleteWithinSeconds;

    /// <summary>One switchover without a promise, from which all of these classes learn.</summary>
    private void Rehearse(WorkloadTruth truth, IReadOnlyList<PromisedClass> classes)
    {
        var rule = new RehearsalRule(_workloads.CompleteWithinSeconds);
        var outcome = WorkloadMigration.Run(truth, rule);
        if (!outcome.Committed)
        {
            return;
        }

        foreach (var promise in classes)
        {
            promise.Rehearse(truth, outcome, rule.Rates);
        }
    }

    private void Count(int memory, int limit, int confidence, string rule, in WorkloadOutcome outcome, double? oracle, double? bound, int? unbounded)
    {
        var key = (memory, limit, confidence, rule);
        if (!_tallies.TryGetValue(key, out var tally))
        {
            _tallies[key] = tally = new RuleTally(rule, Grid.LimitSeconds[limit], Grid.Confidences[confidence]);
        }

        tally.Add(new RuleOutcome
        {
            Decisions = outcome.Considered,
            UnboundedDecisions = unbounded,
            BlackoutSeconds = outcome.Committed ? outcome.BlackoutSeconds : null,
            BoundSeconds = bound is { } value && double.IsFinite(value) ? value : null,
            CompletionSeconds = outcome.Committed ? outcome.CompletionSeconds : null,
            OracleCompletionSeconds = oracle,
        });
    }
}
