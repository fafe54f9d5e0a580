using Planner.Measurements;

namespace Planner.Cli;

/// <summary>What <c>probe qmp:PATH</c> prints as JSON.</summary>
internal sealed record MachineProbeReport
{
    public string Kind { get; } = "machine";

    public required string Machine { get; init; }

    public string? Name { get; init; }

    public required string Version { get; init; }

    public required string Class { get; init; }

    public required string MachineType { get; init; }

    public required string CpuModel { get; init; }

    public required int Vcpus { get; init; }

    public required long RamBytes { get; init; }

    public required string Accelerator { get; init; }

    public required string State { get; init; }

    public required IReadOnlyList<string> Capabilities { get; init; }

    public required bool ThrottleOffered { get; init; }

    public required bool DirtyLimitOffered { get; init; }

    /// <summary>The passed-through devices; null if the hypervisor does not say.</summary>
    public required IReadOnlyList<MigratableDevice>? Devices { get; init; }

    /// <summary>What the operator has set about the rate of the link.</summary>
    public required LinkFigures Link { get; init; }

    public required IReadOnlyList<string> BlockedReasons { get; init; }

    /// <summary>Whether what the guest writes can be measured.</summary>
    public required bool DirtyMeasured { get; init; }

    public required IReadOnlyList<MachineDirtyWindow> DirtyWindows { get; init; }
}
