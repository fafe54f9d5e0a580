using CsCheck;
using Planner.Evidence;
using Planner.Policies;

namespace Planner.Tests.Decisions;

/// <summary>Snapshots for tests: a machine with devices of one class, log-normal latencies, and as much evidence as a test asks for.</summary>
internal static class Snapshots
{
    public static readonly string[] AllFlags = ["STOP_COPY", "P2P", "PRE_COPY"];

    private static readonly (string From, string To, double Median, double Spread)[] Arcs =
    [
        ("PRE_COPY", "PRE_COPY_P2P", 0.002, 0.4),
        ("PRE_COPY_P2P", "STOP_COPY", 0.020, 0.35),
        ("RESUMING", "STOP", 0.030, 0.3),
        ("STOP", "RUNNING_P2P", 0.001, 0.4),
        ("RUNNING_P2P", "RUNNING", 0.001, 0.4),
    ];

    /// <summary>Snapshots with 1 to 3 devices, with and without memory, sizes with and without a margin, every kind of carrier.</summary>
    public static readonly Gen<DecisionSnapshot> Any =
        from seed in Gen.Int[0, 1_000_000]
        from devices in Gen.Int[1, 3]
        from samples in Gen.Int[1, 60]
        from blackouts in Gen.OneOf(Gen.Const(0), Gen.Int[0, 98], Gen.Int[99, 400])
        from confidence in Gen.OneOf(Gen.Const(0.5), Gen.Const(0.9), Gen.Const(0.99))
        from limit in Gen.Double[0.02, 1]
        from ram in Gen.OneOf(Gen.Const(-1L), Gen.Long[0, 400_000_000])
        from ratios in Gen.Bool
        from action in Gen.Enum<InsufficientEvidenceAction>()
        select Machine(seed, devices, samples, blackouts, limit, confidence, ram < 0 ? null : ram, ratios) is var machine
            ? machine with { Sla = machine.Sla! with { WhenEvidenceIsInsufficient = action } }
            : machine;

    public static DecisionSnapshot Machine(
        int seed = 1,
        int devices = 1,
        int samples = 40,
        int blackouts = 150,
        double limit = 0.3,
        double confidence = 0.99,
        long? ramBytes = null,
        bool withRatios = false)
    {
        var random = new Random(seed);
        return new DecisionSnapshot
        {
            Sla = new SlaTerms { Class = "gold", BlackoutLimitSeconds = limit, Confidence = confidence },
            Ram = ramBytes is { } bytes ? new RamEvidence { RemainingBytes = bytes } : null,
            Transfer = new TransferEvidence
            {
                FixedSeconds = Draw(random, samples, 0.004, 0.2),
                BytesPerSecond = Draw(random, samples, 2.4e9, 0.1),
            },
            Devices = [.. Enumerable.Range(0, devices).Select(i => Device(random, $"nic{i}", samples, withRatios))],
            PastBlackouts = Blackouts(random, blackouts),
            PastBlackoutsAfterQuiesce = Blackouts(random, blackouts),
        };
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static DeviceEvidence Device(Random random, string name, int samples, bool withRatios) => new()
    {
        Name = name,
        Class = "mlx5",
        State = "PRE_COPY",
        Flags = AllFlags,
        StateBytes = 64 << 20,
        StateSizeRatios = withRatios ? Draw(random, samples, 1, 0.05) : [],
        Arcs = [.. Arcs.Select(a => new ArcEvidence { From = a.From, To = a.To, Seconds = Draw(random, samples, a.Median, a.Spread), WorstSeconds = a.Median * 5 })],
    };

    private static List<double> Draw(Random random, int count, double median, double spread) =>
        [.. Enumerable.Range(0, count).Select(_ => median * Math.Exp(spread * Normal(random)))];

    private static List<PastBlackout> Blackouts(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new PastBlackout(0.1, 0.1 * Math.Exp(0.15 * Normal(random))))];
}
