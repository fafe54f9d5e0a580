using Planner.Devices;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>The drivers that the command is delivered with, and what each of them alone is told.</summary>
internal static class ProductDrivers
{
    /// <summary>The environment variable with a file of <c>kind: VfioDriver</c>, such as one that gives the number of a deadline feature.</summary>
    private const string FileVariable = "PLANNER_VFIO_DRIVERS";

    /// <summary>Registers them.</summary>
    /// <param name="error">Where the person at the terminal is told of an arc that takes very long.</param>
    public static Drivers Register(TextWriter error) => new(
        new VfioDeviceDriver(new VfioOptions { OnOverdue = sentence => new PlainWriter(error, oneLine: true).WriteLine($"planner: {sentence}") }, ReadMore),
        new VfioUserDriver(),
        new SimulatedDriver(),
        new QemuDriver(),
        new LibvirtDriver());

    private static IReadOnlyList<VfioDriver> ReadMore() => Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file
        ? VfioDriverText.ReadAll(TextFiles.Read(file), file)
        : [];
}
