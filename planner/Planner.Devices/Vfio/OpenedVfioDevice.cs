namespace Planner.Devices;

/// <summary>A device as it was opened: its descriptor, what has to stay open beside it, and what sysfs tells about it.</summary>
/// <param name="Device">The device.</param>
/// <param name="Companions">The container and group, or the iommufd; closed after the device.</param>
/// <param name="KernelDriver">The kernel's name of the driver; null if it is not known.</param>
/// <param name="Model">The model, such as <c>15b3:101e</c>; null if it is not known.</param>
/// <param name="IsShared">Whether somebody else holds the device too and passed its descriptor.</param>
internal sealed record OpenedVfioDevice(
    VfioHandle Device, IReadOnlyList<VfioHandle> Companions, string? KernelDriver, string? Model, bool IsShared) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        foreach (var companion in Companions)
        {
            companion.Dispose();
        }
    }
}
