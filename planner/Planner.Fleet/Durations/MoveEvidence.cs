using Planner.Policies;

namespace Planner.Fleet;

/// <summary>What moves of the past say about those to come: they are grouped by memory and bandwidth, and the nearest group speaks.</summary>
/// <remarks>
/// A group's median foretells a move of the same memory and bandwidth; for another one it is carried over by the ratio of the model of pre-copy. How far single
/// moves lie from their group's median, and groups from what their nearest neighbour says of them, is the spread. What the list does not tell is which moves were of one plan, and so
/// how much of the spread moves of one plan have in common; <see cref="CommonShare"/> of the variance is taken to be.
/// </remarks>
internal sealed class MoveEvidence
{
    /// <summary>The share of the variance that moves of one plan are taken to have in common: the hosts, the hour, what else is on the links.</summary>
    public const double CommonShare = 0.6;

    private const double NearestWithin = 0.02;
    private const int FewRatios = 20;
    private const double FewSigma = 0.1;
    private const int FewGroups = 5;
    private const double CarriedSigma = 0.2;
    private const double AssumedSigma = 0.25;

    private readonly List<Group> _groups = [];

    public MoveEvidence(IReadOnlyList<PastMove> moves)
    {
        foreach (var group in moves.GroupBy(m => (m.MemoryBytes, m.BytesPerSecond)).OrderBy(g => g.Key))
        {
            double[] seconds = [.. group.Select(m => m.Seconds).Order()];
            _groups.Add(new Group(group.Key.MemoryBytes, group.Key.BytesPerSecond, seconds, Median(seconds)));
        }

        Alike = SpreadWithin();
        Carried = _groups.Count == 0 ? Assumed : SpreadBetween(Alike);
    }

    /// <summary>The spread where nothing was ever measured. It is how wrong a model may be, and so the same for all moves.</summary>
    public static DurationSpread Assumed { get; } = DurationSpread.LogNormal(AssumedSigma, commonShare: 1);

    public bool IsEmpty => _groups.Count == 0;

    /// <summary>The spread of moves for which there is a group.</summary>
    public DurationSpread Alike { get; }

    /// <summary>The spread of moves for which the nearest group is carried over.</summary>
    public DurationSpread Carried { get; }

    /// <summary>The middle of a move's duration and how far it may lie off.</summary>
    /// <param name="memoryBytes">The machine's memory.</param>
    /// <param name="bytesPerSecond">The bandwidth of the move.</param>
    /// <param name="model">The model's duration for a memory and a bandwidth.</param>
    public (double Seconds, DurationSpread Spread) Foretell(double memoryBytes, double bytesPerSecond, Func<double, double, double> model)
    {
        var own = model(memoryBytes, bytesPerSecond);
        if (IsEmpty)
        {
            return (own, Assumed);
        }

        var nearest = _groups.Min(g => g.Distance(memoryBytes, bytesPerSecond));
        double[] seconds = [.. _groups.Where(g => g.Distance(memoryBytes, bytesPerSecond) <= nearest + NearestWithin)
            .SelectMany(g => g.Seconds.Select(s => s * own / model(g.MemoryBytes, g.BytesPerSecond))).Order()];
        return (Median(seconds), nearest <= NearestWithin ? Alike : Carried);
    }

    private DurationSpread SpreadWithin()
    {
        // The median of few lies nearer to them than the one of all would.
        double[] ratios = [.. _groups.Where(g => g.Seconds.Length > 1)
            .SelectMany(g => g.Seconds.Select(s => Math.Log(s / g.MedianSeconds) * Math.Sqrt(g.Seconds.Length / (g.Seconds.Length - 1.0))))];
        return ratios.Length < FewRatios
            ? DurationSpread.LogNormal(Math.Max(FewSigma, Sigma(ratios)), CommonShare)
            : DurationSpread.Of(ratios, CommonShare);
    }

    private DurationSpread SpreadBetween(DurationSpread within)
    {
        var errors = new List<double>();
        foreach (var group in _groups.Count >= FewGroups ? _groups : [])
        {
            var near = _groups.Where(g => g != group).MinBy(g => g.Distance(group.MemoryBytes, group.BytesPerSecond))!;
            errors.Add(Math.Log(group.MedianSeconds / (near.MedianSeconds * (group.MemoryBytes / group.BytesPerSecond) / (near.MemoryBytes / near.BytesPerSecond))));
        }

        var sigma = errors.Count == 0 ? CarriedSigma : Sigma([.. errors]);
        var withinSigma = Math.Log(within.P95Factor) / 1.645;
        return DurationSpread.LogNormal(Math.Sqrt(sigma * sigma + withinSigma * withinSigma), CommonShare);
    }

    private static double Sigma(double[] values) => values.Length == 0 ? 0 : Math.Sqrt(values.Average(v => v * v));

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private sealed record Group(double MemoryBytes, double BytesPerSecond, double[] Seconds, double MedianSeconds)
    {
        public double Distance(double memoryBytes, double bytesPerSecond) =>
            Math.Abs(Math.Log(memoryBytes / MemoryBytes)) + Math.Abs(Math.Log(bytesPerSecond / BytesPerSecond));
    }
}
