using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>A machine whose devices the planner walks, with log-normal evidence in a memory, as a session has it. Each device is of a class of its own.</summary>
internal sealed class MeasuredMachine
{
    public static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Stop);

    private static readonly (Arc Arc, double Median)[] Arcs =
    [
        (new(DeviceState.PreCopy, DeviceState.PreCopyP2P), 0.002), (new(DeviceState.PreCopyP2P, DeviceState.StopCopy), 0.02), (Load, 0.03),
        (new(DeviceState.Stop, DeviceState.RunningP2P), 0.001), (new(DeviceState.RunningP2P, DeviceState.Running), 0.001),
    ];

    private readonly EvidenceMemory _memory = new();
    private readonly MigrationPlan _plan;
    private readonly DeviceSnapshots _snapshots;
    private readonly EngineState _state;
    private double _phase;

    /// <param name="devices">How many devices.</param>
    /// <param name="samples">Samples of every arc and transfer.</param>
    /// <param name="blackouts">Past blackouts from gate 1, and as many from gate 2; with none the decision needs the union or the model.</param>
    /// <param name="confidence">The share of commits that must keep the limit.</param>
    public MeasuredMachine(int devices, int samples, int blackouts, double confidence = 0.99)
    {
        const MigrationCapabilities flags = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
        var offers = Enumerable.Range(0, devices).Select(i => new DeviceOffer { DeviceClass = $"mlx5-{i}", Capabilities = flags, CommitArc = DeviceOffer.CommitArcOfUnknownDriver(flags) }).ToList();
        _plan = new MigrationPlan { Devices = [.. offers.Select((o, i) => new DevicePlan($"nic{i}", $"source{i}", $"destination{i}", o, o))] };
        var random = new Random(1);
        TimeSpan Draw(double median, double spread) => TimeSpan.FromSeconds(median * Math.Exp(spread * Machines.Normal(random)));
        for (var n = 0; n < samples; n++)
        {
            foreach (var (arc, median) in Arcs)
            {
                offers.ForEach(o => _memory.Add(new ArcSample("nic", o.DeviceClass, arc, Draw(median, 0.35), ArcOutcome.Completed, default)));
            }

            offers.ForEach(o => _memory.Add(new StateSizeSample(o.DeviceClass, 1_000_000, (long)(1_000_000 * Math.Exp(0.05 * Machines.Normal(random))), default)));
            AddTransfer(Draw(0.004, 0.2));
        }

        for (var n = 0; n < blackouts; n++)
        {
            AddBlackout(Math.Exp(0.15 * Machines.Normal(random)), BlackoutSpan.Whole);
            AddBlackout(Math.Exp(0.15 * Machines.Normal(random)), BlackoutSpan.AfterQuiesce);
        }

        _snapshots = new DeviceSnapshots(
            _plan, new SlaTerms { Class = "gold", BlackoutLimitSeconds = 0.3, Confidence = confidence, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept }, _memory);
        var started = MigrationEngine.Start(_plan, 0).State;
        _state = started with { Streams = [.. started.Streams.Select(s => s with { ExpectedBytes = (64 << 20) / devices })], Sources = [.. started.Sources.Select(s => s with { Found = DeviceState.PreCopy, State = DeviceState.PreCopy })] };
    }

    /// <summary>What a session does at an evaluation.</summary>
    public Decision Decide()
    {
        var evaluator = _snapshots.Evaluator(_state, 0);
        return evaluator.Decide(evaluator.Moment);
    }

    public void AddArc() => _memory.Add(new ArcSample("nic0", "mlx5-0", Load, TimeSpan.FromSeconds(0.03 * (0.8 + (0.4 * Next()))), ArcOutcome.Completed, default));

    public void AddTransfer() => AddTransfer(TimeSpan.FromSeconds(0.004 * (0.8 + (0.4 * Next()))));

    public void AddBlackout() => AddBlackout(0.9 + (0.3 * Next()), BlackoutSpan.Whole);

    private void AddTransfer(TimeSpan fixedPart) => _memory.Add(new TransferSample(_plan.Link, TransferPhase.StopCopy, 64 << 20, fixedPart, TimeSpan.FromSeconds((64 << 20) / 2.4e9), default));

    private void AddBlackout(double score, BlackoutSpan span) => _memory.Add(
        new BlackoutSample(_plan.Key.Text, "gold", BlackoutKind.Commit, span, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1 * score), default));

    // Samples come in no order: a golden-ratio sequence.
    private double Next() => _phase = (_phase + 0.6180339887) % 1;
}
