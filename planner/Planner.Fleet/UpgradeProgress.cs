using Planner.Policies;

namespace Planner.Fleet;

/// <summary>How far an upgrade is.</summary>
/// <param name="NowSeconds">The time since the plan began.</param>
/// <param name="HostNow">The hosts of the machines that have moved; the others are where the fleet says.</param>
/// <param name="Running">The moves under way.</param>
/// <param name="Rebooted">The hosts that were rebooted.</param>
/// <param name="RebootingUntilSeconds">The hosts that are being rebooted, each with the time at which it is expected back.</param>
public sealed record UpgradeProgress(
    double NowSeconds,
    IReadOnlyDictionary<string, string> HostNow,
    IReadOnlyList<RunningMove> Running,
    IReadOnlyCollection<string> Rebooted,
    IReadOnlyDictionary<string, double> RebootingUntilSeconds)
{
    /// <summary>The machines that were to move and stay where they are, each with the reason. Their hosts are not rebooted.</summary>
    public IReadOnlyList<BlockedMachine> Staying { get; init; } = [];
}
