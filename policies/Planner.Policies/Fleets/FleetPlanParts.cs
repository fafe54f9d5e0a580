namespace Planner.Policies;

/// <summary>A move of a plan.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="From">The host that it leaves.</param>
/// <param name="To">The host that it goes to.</param>
/// <param name="StartSeconds">When it starts, if all before it take as long as their middle.</param>
/// <param name="P50Seconds">The middle of its duration.</param>
/// <param name="P95Seconds">What 19 of 20 such moves take at the most.</param>
/// <param name="BytesPerSecond">The bandwidth that it gets.</param>
/// <param name="DirtyRateLimitBytesPerSecond">How fast the machine may write meanwhile; null for no limit.</param>
/// <param name="BlackoutBoundSeconds">The bound on its blackout.</param>
/// <param name="After">The moves, by their places in the plan, that have to be done before it may start.</param>
/// <param name="AfterReboots">The reboots, by their places in the plan, that have to be done before it may start.</param>
public sealed record PlannedMove(
    string Machine,
    string From,
    string To,
    double StartSeconds,
    double P50Seconds,
    double P95Seconds,
    double BytesPerSecond,
    double? DirtyRateLimitBytesPerSecond,
    double BlackoutBoundSeconds,
    IReadOnlyList<int> After,
    IReadOnlyList<int> AfterReboots);

/// <summary>A reboot of a plan, of a host that is empty by then.</summary>
/// <param name="Host">The host.</param>
/// <param name="StartSeconds">When it starts, if all before it take as long as their middle.</param>
/// <param name="Seconds">How long the host is away.</param>
/// <param name="After">The moves, by their places in the plan, that empty the host.</param>
public sealed record PlannedReboot(string Host, double StartSeconds, double Seconds, IReadOnlyList<int> After);

/// <summary>A machine that should move and cannot. It runs on where it is.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Reason">Why, with the term that weighs most.</param>
/// <param name="CheapestChange">The smallest change that would free it.</param>
public sealed record BlockedMachine(string Machine, string Reason, string CheapestChange);

/// <summary>One of several plans to choose from: time against moves.</summary>
/// <param name="Name">How it goes, in a few words.</param>
/// <param name="IsChosen">Whether it is the one that the plan holds.</param>
/// <param name="MakespanP50Seconds">The time that half of the runs are done in.</param>
/// <param name="MakespanP95Seconds">The time that 19 of 20 runs are done in.</param>
/// <param name="ProbabilityInTime">How likely it is done in the time that was given; null where none was given.</param>
/// <param name="MovesPerMachine">How often a machine moves on average.</param>
/// <param name="MostMovesOfAMachine">How often the one that moves most does.</param>
/// <param name="MostHostsAway">How many hosts are empty, emptied or rebooted at a time at the most.</param>
public sealed record PlanChoice(
    string Name,
    bool IsChosen,
    double MakespanP50Seconds,
    double MakespanP95Seconds,
    double? ProbabilityInTime,
    double MovesPerMachine,
    int MostMovesOfAMachine,
    int MostHostsAway);
