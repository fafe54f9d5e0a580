using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>The rules of other systems by name, and the oracle, for comparisons.</summary>
public static class PeerRules
{
    private static readonly (string Name, Func<double, ISwitchoverRule> Create)[] Rules =
    [
        ("qemu", limit => new QemuThresholdRule(limit)),
        ("margin-20", limit => new FixedMarginRule(limit)),
        ("cloud-hypervisor", limit => new CloudHypervisorRule(limit)),
        ("kubevirt-stall", limit => new KubeVirtStallRule(limit)),
        ("kubevirt-ramp", limit => new KubeVirtRampRule(limit)),
        ("nova", limit => new NovaStepsRule(limit)),
        ("proxmox", limit => new ProxmoxDoublingRule(limit)),
        ("oracle", limit => new OracleRule(limit)),
    ];

    /// <summary>The names, in the order of reports; the oracle, which knows the future, is last.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rules.Select(r => r.Name)];

    /// <summary>A rule with its system's own constants, for one migration.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="limitSeconds">The limit of the blackout, in seconds: 0.001 to 2,000. Some rules exceed it, as their systems do.</param>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public static ISwitchoverRule Create(string name, double limitSeconds)
    {
        foreach (var rule in Rules)
        {
            if (rule.Name == name)
            {
                return rule.Create(limitSeconds);
            }
        }

        throw new ArgumentException($"There is no rule {name}: choose one of {string.Join(", ", Names)}.", nameof(name));
    }
}
