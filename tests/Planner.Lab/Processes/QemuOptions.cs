namespace Planner.Lab;

/// <summary>How a machine is started. Both sides of a migration need the same machine type, processor and memory.</summary>
public sealed record QemuOptions
{
    /// <summary>The version of QEMU.</summary>
    public QemuVersion Version { get; init; } = QemuVersion.V10;

    /// <summary>The machine type; one with a version, so that both versions of QEMU have it.</summary>
    public string Machine { get; init; } = "pc-i440fx-10.0";

    /// <summary>The processor model. TCG does not check that both sides have the same, and a guest that finds another one is dead.</summary>
    public string Cpu { get; init; } = "max";

    /// <summary>The guest's memory in MiB.</summary>
    public int MemoryMiB { get; init; } = 512;

    /// <summary>The number of virtual processors.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>The load from boot on, in the form of the kernel's command line: <c>ws_64,steady_10</c>. Empty for none.</summary>
    public string Load { get; init; } = "";

    /// <summary>Further arguments for QEMU.</summary>
    public IReadOnlyList<string> Extra { get; init; } = [];
}
