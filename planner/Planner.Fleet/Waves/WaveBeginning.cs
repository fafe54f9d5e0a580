namespace Planner.Fleet;

/// <summary>What rolling waves find when they begin half way: numbers in place of names, and machines where the model has them.</summary>
/// <param name="Now">The time since the plan began, in seconds.</param>
/// <param name="Rebooted">The hosts that were rebooted.</param>
/// <param name="Rebooting">The hosts that are being rebooted, each with the time at which it is expected back.</param>
/// <param name="Running">The moves under way, each with the time of its end. Their machines count as on the host that they leave.</param>
internal sealed record WaveBeginning(double Now, IReadOnlyList<int> Rebooted, IReadOnlyList<(int Host, double Until)> Rebooting, IReadOnlyList<(int Machine, int To, double Until)> Running)
{
    /// <summary>The beginning of a plan.</summary>
    public static WaveBeginning Fresh { get; } = new(0, [], [], []);

    /// <summary>How many steps are under way.</summary>
    public int Steps => Rebooting.Count + Running.Count;

    /// <summary>The hosts that need no reboot any more.</summary>
    public IEnumerable<int> Finished => Rebooted.Concat(Rebooting.Select(r => r.Host));

    /// <summary>Finds the numbers of names.</summary>
    /// <exception cref="KeyNotFoundException">A host or machine is not in the fleet.</exception>
    public static WaveBeginning Of(FleetModel model, UpgradeProgress progress) => new(
        progress.NowSeconds,
        [.. progress.Rebooted.Select(h => model.HostIndex[h]).Order()],
        [.. progress.RebootingUntilSeconds.Select(r => (model.HostIndex[r.Key], Math.Max(r.Value, progress.NowSeconds))).OrderBy(r => r.Item1)],
        [.. progress.Running.Select(r => (model.MachineIndex[r.Machine], model.HostIndex[r.To], Math.Max(r.UntilSeconds, progress.NowSeconds))).OrderBy(r => r.Item1)]);
}
