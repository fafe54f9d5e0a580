using System.Globalization;
using System.Text.Json;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Finds the passed-through devices of a machine: QEMU's list of its devices, their properties, what query-pci says they are, and the host's sysfs beside them.</summary>
/// <param name="connection">The monitor.</param>
/// <param name="limit">The time limit of each command.</param>
internal sealed class QemuDevices(QmpConnection connection, TimeSpan limit)
{
    private const int MostDevices = 256;
    private const int LongestText = 128;

    // Devices with an id, and devices without one.
    private static readonly string[] Folders = ["/machine/peripheral", "/machine/peripheral-anon"];

    // What "host" says of a device that was named by its folder in sysfs.
    private const string NoHost = "ffff:ff:ff.f";
    private static readonly string[] Types = ["child<vfio-pci>", "child<vfio-pci-nohotplug>"];

    /// <summary>Reads them, in QEMU's order.</summary>
    /// <returns>Null if this QEMU does not say which devices it has.</returns>
    /// <exception cref="QmpException">The monitor does not answer.</exception>
    public async Task<IReadOnlyList<MigratableDevice>?> ReadAsync(CancellationToken cancellation)
    {
        var found = new List<(string Path, string Name, bool HasId)>();
        foreach (var folder in Folders)
        {
            if (await OptionalAsync(QmpCommands.QomList, new QmpQomPath { Path = folder }, cancellation).ConfigureAwait(false) is not { } members)
            {
                return null;
            }

            var hasId = folder == Folders[0];
            found.AddRange(members.Where(m => Types.Contains(m.Type)).Select(m => ($"{folder}/{m.Name}", hasId ? m.Name : $"{folder}/{m.Name}", hasId)));
        }

        if (found.Count == 0)
        {
            return [];
        }

        var buses = await OptionalAsync(QmpCommands.QueryPci, QmpNone.Value, cancellation).ConfigureAwait(false) ?? [];
        var pci = All(buses.SelectMany(b => b.Devices ?? [])).Take(4096).ToList();
        var devices = new List<MigratableDevice>();
        foreach (var (path, name, hasId) in found.Take(MostDevices))
        {
            devices.Add(await ReadAsync(path, name, hasId, pci, cancellation).ConfigureAwait(false));
        }

        return devices;
    }

    /// <summary>A name that a peer gave: without what a terminal would obey, and with a limit.</summary>
    public static string Clean(string text) => string.Concat(text.Where(c => !char.IsControl(c)).Take(LongestText));

    /// <summary>What this host's sysfs says of a device that a QEMU of the same host has.</summary>
    /// <remarks>A monitor may be another host's, forwarded to this one, where the same place holds another device: only what has the same numbers is believed.</remarks>
    /// <param name="folder">The folder, on a peer's word: nothing outside of sysfs is looked at.</param>
    /// <param name="model">Vendor and device in front, as in <c>15b3:101e</c>; null if they are not known.</param>
    internal static VfioSysfsFolder? HostFolder(string? folder, string? model)
    {
        if (string.IsNullOrEmpty(folder) || folder.Contains('\0', StringComparison.Ordinal) || !Path.GetFullPath(folder).StartsWith("/sys/", StringComparison.Ordinal))
        {
            return null;
        }

        var found = new VfioSysfsFolder(folder);
        return model is null || found.Model is not { } here || model.StartsWith(here, StringComparison.Ordinal) ? found : null;
    }

    private async Task<MigratableDevice> ReadAsync(string path, string name, bool hasId, IReadOnlyList<QmpPciDevice> pci, CancellationToken cancellation)
    {
        var identity = pci.FirstOrDefault(hasId ? d => d.Id == name : await IsAtAsync(path, cancellation).ConfigureAwait(false))?.Identity;
        var sysfs = await TextAsync(path, "sysfsdev", cancellation).ConfigureAwait(false);
        var host = await TextAsync(path, "host", cancellation).ConfigureAwait(false) is { Length: > 0 } named && named != NoHost ? named : null;
        var folder = !string.IsNullOrEmpty(sysfs) ? sysfs : host is null ? null : $"/sys/bus/pci/devices/{host}";
        var model = identity is null ? null : Model(identity);
        var known = HostFolder(folder, model);
        return new MigratableDevice
        {
            Name = Clean(name),
            Model = model,
            Driver = known?.Driver,
            Firmware = known?.Revision,
            HostAddress = !string.IsNullOrEmpty(sysfs) ? sysfs : host,
            TellsArcs = await TellsArcsAsync(path, cancellation).ConfigureAwait(false),
            Migration = await TextAsync(path, "enable-migration", cancellation).ConfigureAwait(false),
            TracksDirtyPages = await FlagAsync(path, "x-device-dirty-page-tracking", cancellation).ConfigureAwait(false),
            UsesParallelTransfer = await TextAsync(path, "x-migration-multifd-transfer", cancellation).ConfigureAwait(false) == "on",
        };
    }

    /// <summary>Of a device without an id query-pci tells only where it is: five bits of slot and three of function. Only the first bus is looked at: elsewhere the place alone would not tell which it is.</summary>
    private async Task<Func<QmpPciDevice, bool>> IsAtAsync(string path, CancellationToken cancellation)
    {
        var place = await GetAsync(path, "addr", cancellation).ConfigureAwait(false) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var at) ? at : -1;
        return d => string.IsNullOrEmpty(d.Id) && d.Bus == 0 && ((d.Slot << 3) | d.Function) == place;
    }

    private static string Model(QmpPciIdentity id) => string.Create(
        CultureInfo.InvariantCulture, $"{id.Vendor & 0xffff:x4}:{id.Device & 0xffff:x4}:{(id.SubsystemVendor ?? 0) & 0xffff:x4}:{(id.Subsystem ?? 0) & 0xffff:x4}");

    private static IEnumerable<QmpPciDevice> All(IEnumerable<QmpPciDevice> devices) => devices.SelectMany(d => All(d.Bridge?.Devices ?? []).Prepend(d));

    private async Task<string?> TextAsync(string path, string property, CancellationToken cancellation) =>
        await GetAsync(path, property, cancellation).ConfigureAwait(false) is { ValueKind: JsonValueKind.String } text ? Clean(text.GetString()!) : null;

    /// <summary>A QEMU before 9.1 has no such property, which is a no. Any other refusal says nothing about it.</summary>
    private async Task<bool?> TellsArcsAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return Flag(await connection.ExecuteAsync(QmpCommands.QomGet, new QmpQomProperty { Path = path, Property = "migration-events" }, limit, cancellation).ConfigureAwait(false));
        }
        catch (QmpException e) when (e.Fault == QmpFault.Refused)
        {
            return e is { ErrorClass: "GenericError", Description: { } words } && words.Contains("not found", StringComparison.Ordinal) ? false : null;
        }
    }

    private async Task<bool?> FlagAsync(string path, string property, CancellationToken cancellation) =>
        Flag(await GetAsync(path, property, cancellation).ConfigureAwait(false));

    private static bool? Flag(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        // "auto" is on wherever it can be.
        JsonValueKind.String => value.GetString() is "on" or "auto",
        _ => null,
    };

    private async Task<JsonElement> GetAsync(string path, string property, CancellationToken cancellation) =>
        await OptionalAsync(QmpCommands.QomGet, new QmpQomProperty { Path = path, Property = property }, cancellation).ConfigureAwait(false);

    // A property that this version lacks is a property that is not known; a monitor that is gone is not.
    private async Task<TReply?> OptionalAsync<TArguments, TReply>(QmpCommand<TArguments, TReply> command, TArguments arguments, CancellationToken cancellation)
    {
        try
        {
            return await connection.ExecuteAsync(command, arguments, limit, cancellation).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.Fault == QmpFault.Refused)
        {
            return default;
        }
    }
}
