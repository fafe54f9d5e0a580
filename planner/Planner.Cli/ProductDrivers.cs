using System.Collections.Frozen;
using Planner.Devices;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>The drivers that the command is delivered with, and what each of them alone is told.</summary>
internal static class ProductDrivers
{
    /// <summary>The environment variable with a file of <c>kind: VfioDriver</c>, such as one that gives the number of a deadline feature.</summary>
    private const string DriversVariable = "PLANNER_VFIO_DRIVERS";

    /// <summary>The environment variable with a file of <c>kind: DeviceNames</c>.</summary>
    private const string NamesVariable = "PLANNER_DEVICE_NAMES";

    /// <summary>Registers them.</summary>
    /// <param name="error">Where the person at the terminal is told of an arc that takes very long.</param>
    public static Drivers Register(TextWriter error) => new(
        new VfioDeviceDriver(new VfioOptions { OnOverdue = sentence => new PlainWriter(error, oneLine: true).WriteLine($"planner: {sentence}") }, ReadMore),
        new VfioUserDriver(names: ReadNames),
        new SimulatedDriver(),
        new QemuDriver(),
        new LibvirtDriver());

    private static IReadOnlyList<VfioDriver> ReadMore() => Read(DriversVariable, VfioDriverText.ReadAll) ?? [];

    private static IReadOnlyDictionary<string, string> ReadNames() => Read(NamesVariable, DeviceNamesText.ReadAll) ?? FrozenDictionary<string, string>.Empty;

    private static T? Read<T>(string variable, Func<string, string, T> read)
        where T : class => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } file ? read(TextFiles.Read(file), file) : null;
}
