using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Devices of the kernel's VFIO: <c>vfio:DEVICE</c>, named as <see cref="VfioAddress"/> says.</summary>
/// <param name="options">How they are driven; null for the defaults.</param>
/// <param name="moreDrivers">What is known about drivers beside the options, and comes before it: asked for when a device is opened. Null for nothing.</param>
public sealed class VfioDeviceDriver(VfioOptions? options = null, Func<IReadOnlyList<VfioDriver>>? moreDrivers = null) : IDeviceDriver
{
    private readonly VfioOptions _options = options ?? new VfioOptions();

    /// <inheritdoc/>
    public string Scheme => VfioAddress.Scheme;

    /// <inheritdoc/>
    public string Form => "DEVICE";

    /// <inheritdoc/>
    public string? FormMeaning => "a PCI address, a path or fd:SOCKET";

    /// <inheritdoc/>
    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        name = VfioAddress.TryParse(text, out var address, out problem) ? address.Target : null;
        return problem is null && name is not null;
    }

    /// <inheritdoc/>
    /// <remarks>The device's folder in sysfs. Of a device whose descriptor is passed, only the socket is known before it is opened.</remarks>
    public TargetIdentity? Identify(string name) =>
        new TargetIdentity(VfioAddress.Scheme, RealPath.Of(VfioOpener.FileOf(_options, Parse(name))));

    /// <inheritdoc/>
    public IMigrationDevice Open(string name) => VfioKernelDevice.Open(
        Parse(name), moreDrivers is null ? _options : _options with { Drivers = [.. moreDrivers(), .. _options.Drivers] });

    private static VfioAddress Parse(string name) => VfioAddress.TryParse(name, out var address, out var problem) ? address : throw new DeviceException(DeviceFault.NotFound, problem);
}
