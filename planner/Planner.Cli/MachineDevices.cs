using Planner.Devices;
using Planner.Documents;
using Planner.Evaluation;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Storage;

namespace Planner.Cli;

/// <summary>The devices of a machine, opened on both sides.</summary>
internal sealed class MachineDevices : IDisposable
{
    /// <summary>The environment variable with a file of <c>kind: VfioDriver</c>, such as one that gives the number of a deadline feature.</summary>
    public const string DriversVariable = "PLANNER_VFIO_DRIVERS";

    private readonly List<IMigrationDevice> _opened = [];

    private MachineDevices(bool outliveThisProcess) => OutliveThisProcess = outliveThisProcess;

    /// <summary>The devices, source beside destination.</summary>
    public IReadOnlyList<DevicePair> Pairs { get; private set; } = [];

    /// <summary>Whether any device would still be there after a crash of this process.</summary>
    public bool OutliveThisProcess { get; }

    /// <summary>Reads one address.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static DeviceAddress ParseAddress(string text)
    {
        if (text.StartsWith("qmp:", StringComparison.Ordinal))
        {
            throw new CliException(ExitStatus.TargetLacks, $"{text} is a virtual machine, and this is about devices; write vfio:DEVICE, vfio-user:PATH or sim:PROFILE.yaml");
        }

        return DeviceAddress.TryParse(text, out var address, out var problem) ? address : throw new CliException(ExitStatus.InvalidInput, problem);
    }

    /// <summary>Reads two lists of addresses, separated by commas.</summary>
    /// <exception cref="CliException">The lists do not match.</exception>
    public static IReadOnlyList<(DeviceAddress Source, DeviceAddress Destination)> ParseAddresses(string source, string destination)
    {
        var sources = source.Split(',', StringSplitOptions.TrimEntries);
        var destinations = destination.Split(',', StringSplitOptions.TrimEntries);
        if (sources.Length != destinations.Length)
        {
            throw new CliException(ExitStatus.InvalidInput, $"there are {sources.Length} sources and {destinations.Length} destinations; each device needs one of both");
        }

        var all = sources.Concat(destinations).Select(ParseAddress).ToList();
        var twice = all.Where(a => a.Scheme != DeviceScheme.Simulated).GroupBy(a => a.ToString()).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? [.. all.Take(sources.Length).Zip(all.Skip(sources.Length))]
            : throw new CliException(ExitStatus.InvalidInput, $"{twice.Key} is named twice; a device cannot migrate to itself");
    }

    /// <summary>Refuses devices that an interrupted migration has left behind.</summary>
    /// <exception cref="CliException">There is such a migration.</exception>
    public static void RefuseInterrupted(IReadOnlyList<(DeviceAddress Source, DeviceAddress Destination)> addresses)
    {
        string[] devices = [.. addresses.SelectMany(a => new[] { a.Source, a.Destination }).Where(a => a.Scheme != DeviceScheme.Simulated).Select(a => a.ToString())];
        if (CrashRecovery.FindInterrupted(StateDirectory.Locate(), devices) is { } machine)
        {
            throw new CliException(ExitStatus.NeedsPerson, $"a migration of {machine} with one of these devices was interrupted; run 'planner recover' first");
        }
    }

    /// <summary>Opens one device; the caller disposes it.</summary>
    /// <exception cref="DeviceException">It cannot be opened.</exception>
    public static IMigrationDevice Open(string address) => DeviceOpener.Open(ParseAddress(address), kernel: KernelOptions());

    /// <summary>Opens every device, or none.</summary>
    /// <exception cref="DeviceException">A device cannot be opened.</exception>
    public static MachineDevices Open(IReadOnlyList<(DeviceAddress Source, DeviceAddress Destination)> addresses)
    {
        var devices = new MachineDevices(addresses.Any(a => a.Source.Scheme != DeviceScheme.Simulated || a.Destination.Scheme != DeviceScheme.Simulated));
        try
        {
            devices.Pairs = [.. addresses.Select((a, i) => new DevicePair($"device{i}", devices.OpenOne(a.Source), devices.OpenOne(a.Destination)))];
            return devices;
        }
        catch
        {
            devices.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var device in _opened)
        {
            device.Dispose();
        }
    }

    /// <summary>How devices of the kernel's VFIO are driven here: a file of drivers comes before the built-in ones, and of an arc that
    /// takes very long the person at the terminal is told.</summary>
    private static VfioOptions KernelOptions()
    {
        var options = new VfioOptions { OnOverdue = sentence => Console.Error.WriteLine($"planner: {sentence}") };
        return Environment.GetEnvironmentVariable(DriversVariable) is { Length: > 0 } file
            ? options with { Drivers = [.. VfioDriverText.ReadAll(TextFiles.Read(file), file), .. options.Drivers] }
            : options;
    }

    private IMigrationDevice OpenOne(DeviceAddress address)
    {
        var device = DeviceOpener.Open(address, kernel: KernelOptions());
        _opened.Add(device);
        return device;
    }
}
