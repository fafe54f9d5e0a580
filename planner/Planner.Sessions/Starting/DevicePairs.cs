using System.Text.RegularExpressions;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The devices of a machine, opened on both sides.</summary>
public sealed partial class DevicePairs : IDisposable
{
    [GeneratedRegex(@"(?<!\\),")]
    private static partial Regex Separator { get; }

    private readonly List<IMigrationDevice> _opened = [];

    private DevicePairs(bool outliveThisProcess) => OutliveThisProcess = outliveThisProcess;

    /// <summary>The devices, source beside destination.</summary>
    public IReadOnlyList<DevicePair> Pairs { get; private set; } = [];

    /// <summary>Whether any device would still be there after a crash of this process.</summary>
    public bool OutliveThisProcess { get; }

    /// <summary>Reads one address.</summary>
    /// <param name="drivers">What can be reached.</param>
    /// <param name="text">The address.</param>
    /// <exception cref="OrderRefusedException">It is that of a machine.</exception>
    /// <exception cref="DeviceException">It is none.</exception>
    public static Target Parse(Drivers drivers, string text) => drivers.IsHypervisor(text)
        ? throw new OrderRefusedException(OrderFault.TargetLacks, $"{text} is a virtual machine, and this is about devices; write {drivers.DeviceForms}")
        : drivers.FindDevice(text);

    /// <summary>Reads two lists of addresses, separated by commas.</summary>
    /// <param name="drivers">What can be reached.</param>
    /// <param name="source">The sources.</param>
    /// <param name="destination">The destinations, in the same order.</param>
    /// <exception cref="OrderRefusedException">The lists do not match, or a device is named twice, in whatever way.</exception>
    /// <exception cref="DeviceException">An address is none.</exception>
    public static IReadOnlyList<(Target Source, Target Destination)> ParseLists(Drivers drivers, string source, string destination)
    {
        var sources = Split(source);
        var destinations = Split(destination);
        if (sources.Length != destinations.Length)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"there are {sources.Length} sources and {destinations.Length} destinations; each device needs one of both (a comma in a path is written \\,)");
        }

        var all = sources.Concat(destinations).Select(text => Parse(drivers, text)).ToList();
        return all.Where(t => t.Identity is not null).GroupBy(t => t.Identity).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new OrderRefusedException(OrderFault.InvalidInput, $"{string.Join(" alias ", twice.Select(t => t.Address).Distinct())} is named twice; a device cannot migrate to itself")
            : [.. all.Take(sources.Length).Zip(all.Skip(sources.Length))];
    }

    /// <summary>The addresses of a list. Commas separate them, but for those with a backslash before, which are a part of a path.</summary>
    public static string[] Split(string list) => [.. Separator.Split(list).Select(address => address.Replace("\\,", ",", StringComparison.Ordinal).Trim())];

    /// <summary>Opens one device; the caller disposes it.</summary>
    /// <param name="drivers">Open it.</param>
    /// <param name="text">Its address.</param>
    /// <exception cref="DeviceException">It cannot be opened.</exception>
    public static IMigrationDevice Open(Drivers drivers, string text) => drivers.OpenDevice(Parse(drivers, text).Address);

    /// <summary>Opens every device, or none.</summary>
    /// <param name="drivers">Open them.</param>
    /// <param name="targets">The devices.</param>
    /// <param name="moved">Where their machine went before, as the end of a sentence; null if it is not known to have gone.</param>
    /// <exception cref="DeviceException">A device cannot be opened.</exception>
    /// <exception cref="OrderRefusedException">A source is gone, and its machine before it.</exception>
    public static DevicePairs Open(Drivers drivers, IReadOnlyList<(Target Source, Target Destination)> targets, string? moved = null)
    {
        var devices = new DevicePairs(targets.Any(t => (t.Source.Identity ?? t.Destination.Identity) is not null));
        try
        {
            devices.Pairs = [.. targets.Select((t, i) => new DevicePair($"device{i}", devices.OpenSource(drivers, t.Source, moved), devices.OpenOne(drivers, t.Destination)))];
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

    private IMigrationDevice OpenSource(Drivers drivers, Target source, string? moved)
    {
        try
        {
            return OpenOne(drivers, source);
        }
        catch (DeviceException e) when (e.Fault == DeviceFault.NotFound && moved is not null)
        {
            throw EarlierMoves.Gone(e, moved);
        }
    }

    private IMigrationDevice OpenOne(Drivers drivers, Target target)
    {
        var device = drivers.OpenDevice(target.Address);
        _opened.Add(device);
        return device;
    }
}
