namespace Planner.Policies;

/// <summary>What is asked of a fleet.</summary>
public enum FleetTaskKind
{
    /// <summary>Some hosts are to be empty.</summary>
    Drain,

    /// <summary>Exactly the machines with a given target are to go there.</summary>
    MoveGiven,

    /// <summary>Every host is to be empty once and to be rebooted.</summary>
    Upgrade,

    /// <summary>Who can be moved within the SLA; nothing moves.</summary>
    Assess,
}

/// <summary>A task for a fleet.</summary>
/// <param name="Kind">What is asked.</param>
public sealed record FleetTask(FleetTaskKind Kind)
{
    /// <summary>The share of runs that must be done in time where none is stated.</summary>
    public const double UsualConfidence = 0.95;

    /// <summary>The time that a reboot takes where none is stated.</summary>
    public static readonly TimeSpan UsualReboot = TimeSpan.FromMinutes(10);

    /// <summary>For <see cref="FleetTaskKind.Drain"/> the hosts that are to be empty.</summary>
    public IReadOnlyList<string> Drain { get; init; } = [];

    /// <summary>The time in which it is to be done; null for no limit.</summary>
    public TimeSpan? FinishWithin { get; init; }

    /// <summary>How likely it has to be done in time; in [0.5, <see cref="SlaPolicy.HighestConfidence"/>].</summary>
    public double Confidence { get; init; } = UsualConfidence;

    /// <summary>How many of the hosts that stay receive nothing.</summary>
    public int KeepSpareHosts { get; init; }

    /// <summary>Whether machines of other hosts may move too, to make room.</summary>
    public bool MakeRoom { get; init; }

    /// <summary>For <see cref="FleetTaskKind.Upgrade"/> how long a host is away.</summary>
    public TimeSpan Reboot { get; init; } = UsualReboot;
}
