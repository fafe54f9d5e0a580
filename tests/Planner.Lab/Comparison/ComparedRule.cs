using Planner.Evaluation;

namespace Planner.Lab;

/// <summary>The rules that are compared.</summary>
public static class ComparedRule
{
    /// <summary>The planner.</summary>
    public const string Planner = "planner";

    /// <summary>QEMU alone: <c>downtime-limit</c> is the limit.</summary>
    public const string Qemu = "qemu";

    /// <summary>Libvirt alone: max downtime is the limit.</summary>
    public const string Libvirt = "libvirt";

    /// <summary>All, in the order of reports. What is not the planner's is a rule of <see cref="PeerRules"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [Planner, Qemu, "margin-20", "kubevirt-stall", "nova", "proxmox"];

    /// <summary>A rule that steers a real QEMU, for one migration.</summary>
    /// <param name="name">One of <see cref="Names"/> that is not <see cref="Planner"/>.</param>
    /// <param name="limit">The blackout limit.</param>
    public static QemuBasedRule Peer(string name, TimeSpan limit) => (QemuBasedRule)PeerRules.Create(name, limit.TotalSeconds);
}
