namespace Planner.Lab;

/// <summary>A guest, a link and a limit under which rules are compared.</summary>
/// <param name="Name">Its name in reports, and on the command line.</param>
/// <param name="Load">The guest's command, such as <c>steady 10</c>.</param>
public sealed record ComparisonCell(string Name, string Load)
{
    private static readonly LinkRate Alternating = LinkRate.Alternating(60, 20, TimeSpan.FromSeconds(0.3));

    /// <summary>The cells of the comparison.</summary>
    public static IReadOnlyList<ComparisonCell> All { get; } =
    [
        new("steady-10", "steady 10"),
        new("burst-500", "burst 60 500 500"),
        new("burst-2000", "burst 60 2000 1000"),
        new("steady-40", "steady 40") { CompleteWithin = TimeSpan.FromSeconds(40) },
        new("alternating", "steady 10") { Link = Alternating },
        new("steady-80", "steady 80") { CompleteWithin = TimeSpan.FromSeconds(40), CanComplete = false, DirtyRateFloorMiB = 5 },
        new("busy-80", "busy 80") { DirtyRateFloorMiB = 5, CanComplete = false },
        new("idle", "stop"),
        new("zipf-20", "zipf 20 1.0"),
        new("random-10", "random 10"),
        new("limit-50", "steady 10") { Limit = TimeSpan.FromMilliseconds(50) },
        new("limit-300", "steady 10") { Limit = TimeSpan.FromMilliseconds(300) },
        new("memory-1024", "steady 10") { MemoryMiB = 1024 },
    ];

    /// <summary>The link.</summary>
    public LinkRate Link { get; init; } = LinkRate.Steady(50);

    /// <summary>The blackout limit.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After this a migration is given up, whatever the rule: the planner by its policy, the others from outside.</summary>
    public TimeSpan CompleteWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The guest's memory in MiB; 128 of them are its working set.</summary>
    public int MemoryMiB { get; init; } = 512;

    /// <summary>The lowest dirty rate that the planner's policy allows to throttle to, in MiB/s; null for no throttling.</summary>
    public double? DirtyRateFloorMiB { get; init; }

    /// <summary>Whether a migration under this load can complete at all without slowing the guest down; if not, it is no evidence.</summary>
    public bool CanComplete { get; init; } = true;

    /// <summary>What evidence is kept under: what one limit on one link taught is not used for another.</summary>
    public string EvidenceClass => FormattableString.Invariant($"limit-{Limit.TotalMilliseconds:0}{(Link == Alternating ? "-alternating" : "")}");
}
