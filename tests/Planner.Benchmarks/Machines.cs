using Planner.Evidence;
using Planner.Policies;

namespace Planner.Benchmarks;

/// <summary>Snapshots of machines with log-normal evidence.</summary>
internal static class Machines
{
    /// <summary>A machine whose devices have all capabilities.</summary>
    /// <param name="devices">How many devices.</param>
    /// <param name="samples">Samples of every arc and transfer.</param>
    /// <param name="blackouts">Past blackouts; with none the decision needs the union or the model.</param>
    /// <param name="confidence">The share of commits that must keep the limit.</param>
    public static DecisionSnapshot Machine(int devices, int samples, int blackouts, double confidence = 0.99)
    {
        var random = new Random(1);
        List<double> Draw(double median, double spread) => [.. Enumerable.Range(0, samples).Select(_ => median * Math.Exp(spread * Normal(random)))];
        ArcEvidence Arc(string from, string to, double median) => new() { From = from, To = to, Seconds = Draw(median, 0.35) };
        List<PastBlackout> past = [.. Enumerable.Range(0, blackouts).Select(_ => new PastBlackout(0.1, 0.1 * Math.Exp(0.15 * Normal(random))))];
        return new DecisionSnapshot
        {
            Sla = new SlaTerms { Class = "gold", BlackoutLimitSeconds = 0.3, Confidence = confidence, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept },
            Ram = new RamEvidence { RemainingBytes = 40_000_000 },
            Transfer = new TransferEvidence { FixedSeconds = Draw(0.004, 0.2), BytesPerSecond = Draw(2.4e9, 0.1) },
            Devices =
            [
                .. Enumerable.Range(0, devices).Select(i => new DeviceEvidence
                {
                    Name = $"nic{i}",
                    Class = "mlx5",
                    State = "PRE_COPY",
                    Flags = ["STOP_COPY", "P2P", "PRE_COPY"],
                    StateBytes = (64 << 20) / devices,
                    StateSizeRatios = Draw(1, 0.05),
                    Arcs = [Arc("PRE_COPY", "PRE_COPY_P2P", 0.002), Arc("PRE_COPY_P2P", "STOP_COPY", 0.02), Arc("RESUMING", "STOP", 0.03), Arc("STOP", "RUNNING_P2P", 0.001), Arc("RUNNING_P2P", "RUNNING", 0.001)],
                }),
            ],
            PastBlackouts = past,
            PastBlackoutsAfterQuiesce = past,
        };
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
