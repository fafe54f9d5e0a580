using System.Buffers.Binary;
using System.Text;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Opens a device by its own node and an iommufd where the kernel has both, otherwise by its group and a container.</summary>
/// <remarks>Source: the kernel's documentation, "VFIO - Virtual Function I/O", and <c>linux/vfio.h</c>.</remarks>
internal sealed class VfioOpener(string address, VfioOptions options)
{
    private readonly IVfioKernel _kernel = options.Kernel;
    private readonly List<VfioHandle> _opened = [];

    /// <summary>Opens the device.</summary>
    /// <param name="target">How it is named.</param>
    /// <exception cref="DeviceException">It is not there, not bound, in use, or may not be opened.</exception>
    public OpenedVfioDevice Open(VfioAddress target)
    {
        try
        {
            return target.Kind switch
            {
                VfioAddressKind.Socket => new VfioDescriptorReceiver(address, options).Receive(target.Name),
                VfioAddressKind.Node => OpenNode(target.Name, new VfioSysfsFolder(FileOf(options, target))),
                _ => OpenFolder(FileOf(options, target)),
            };
        }
        catch
        {
            _opened.ForEach(handle => handle.Dispose());
            throw;
        }
    }

    /// <summary>The device's folder in sysfs; or the socket that passes it, of which nothing more is known.</summary>
    internal static string FileOf(VfioOptions options, VfioAddress target) => target.Kind switch
    {
        VfioAddressKind.Node => FolderOfNode(options, target.Name),
        VfioAddressKind.Pci => Path.Combine(options.SysfsFolder, "bus/pci/devices", target.Name),
        VfioAddressKind.Mediated => Path.Combine(options.SysfsFolder, "bus/mdev/devices", target.Name),
        _ => target.Name,
    };

    /// <summary>The sysfs folder of the device behind a node such as <c>/dev/vfio/devices/vfio0</c>.</summary>
    internal static string FolderOfNode(VfioOptions options, string node) =>
        Path.Combine(options.SysfsFolder, "class/vfio-dev", Path.GetFileName(node), "device");

    private OpenedVfioDevice OpenFolder(string path)
    {
        var folder = new VfioSysfsFolder(path);
        if (!folder.Exists)
        {
            throw new DeviceException(DeviceFault.NotFound, $"{address}: there is no such device ({path} does not exist); correct the address, or create the device.", Errno.ENOENT);
        }

        var node = folder.NodeName is { } name ? Path.Combine(options.NodesFolder, "vfio/devices", name) : null;
        if (node is not null && File.Exists(node) && File.Exists(Path.Combine(options.NodesFolder, "iommu")))
        {
            return OpenNode(node, folder);
        }

        var group = folder.Group is { } number ? Path.Combine(options.NodesFolder, "vfio", number) : null;
        if (group is not null && File.Exists(group))
        {
            return OpenGroup(group, folder);
        }

        throw NotBound(folder);
    }

    private DeviceException NotBound(VfioSysfsFolder folder)
    {
        if (!Directory.Exists(Path.Combine(options.NodesFolder, "vfio")))
        {
            return new DeviceException(
                DeviceFault.NotOffered, $"{address}: this kernel has no VFIO ({options.NodesFolder}/vfio is missing); load the modules vfio and vfio_iommu_type1, or use a kernel with CONFIG_VFIO.");
        }

        return folder.Driver is { } driver
            ? new DeviceException(DeviceFault.NotOffered, $"{address}: the device is bound to {driver}, and VFIO offers no node for it; bind it to its VFIO driver, such as mlx5_vfio_pci.")
            : new DeviceException(DeviceFault.NotOffered, $"{address}: no driver is bound to the device; bind it to its VFIO driver, such as mlx5_vfio_pci.");
    }

    private OpenedVfioDevice OpenNode(string node, VfioSysfsFolder folder)
    {
        var device = OpenPath(node);
        var iommu = OpenPath(Path.Combine(options.NodesFolder, "iommu"));

        Span<byte> bind = stackalloc byte[16];
        WriteSize(bind);
        BinaryPrimitives.WriteInt32LittleEndian(bind[8..], iommu.Number);
        var result = device.Control(VfioIoctl.DeviceBindIommufd, bind);

        // Of a node that was opened a second time the kernel says EINVAL, of one whose group is open EBUSY.
        if (VfioFailure.Number(result) is Errno.EBUSY or Errno.EINVAL)
        {
            throw VfioFailure.Busy(address, node, result);
        }

        Check(result, "binding the device to an iommufd");

        Span<byte> space = stackalloc byte[12];
        WriteSize(space);
        Check(iommu.Control(VfioIoctl.IoasAllocate, space), "making an address space");

        Span<byte> attach = stackalloc byte[12];
        WriteSize(attach);
        space[8..].CopyTo(attach[8..]);
        Check(device.Control(VfioIoctl.DeviceAttachIommufdPageTable, attach), "attaching the device to an address space");
        return new OpenedVfioDevice(device, [iommu], folder.Driver, folder.Model, IsShared: false);
    }

    private OpenedVfioDevice OpenGroup(string node, VfioSysfsFolder folder)
    {
        var container = OpenPath(Path.Combine(options.NodesFolder, "vfio/vfio"));
        var version = container.ControlByValue(VfioIoctl.GetApiVersion, 0);
        if (version != 0)
        {
            throw new DeviceException(DeviceFault.NotOffered, $"{address}: {options.NodesFolder}/vfio/vfio has version {version} of the API, and version 0 is expected; use a kernel with VFIO.");
        }

        var group = OpenPath(node);
        Span<byte> status = stackalloc byte[8];
        WriteSize(status);
        Check(group.Control(VfioIoctl.GroupGetStatus, status), "telling the state of the device's group");
        if ((BinaryPrimitives.ReadUInt32LittleEndian(status[4..]) & VfioIoctl.GroupIsViable) == 0)
        {
            throw new DeviceException(DeviceFault.NotOffered, $"{address}: another device of its group {folder.Group} is bound to a driver of the host; bind all of the group to VFIO drivers.");
        }

        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, container.Number);
        var result = group.Control(VfioIoctl.GroupSetContainer, number);
        if (VfioFailure.Number(result) is Errno.EBUSY or Errno.EINVAL)
        {
            throw VfioFailure.Busy(address, node, result);
        }

        Check(result, "putting the device's group into a container");
        Check(container.ControlByValue(VfioIoctl.SetIommu, VfioIoctl.Type1V2), "the TYPE1v2 IOMMU (is vfio_iommu_type1 loaded?)");
        result = group.Control(VfioIoctl.GroupGetDeviceFd, Encoding.UTF8.GetBytes(folder.DeviceName + '\0'));
        if (VfioFailure.Number(result) == Errno.EBUSY)
        {
            throw VfioFailure.Busy(address, folder.DeviceName, result);
        }

        Check(result, $"opening {folder.DeviceName} in its group");
        return new OpenedVfioDevice(Keep(result), [group, container], folder.Driver, folder.Model, IsShared: false);
    }

    private VfioHandle OpenPath(string path)
    {
        int result;
        do
        {
            result = _kernel.Open(path);
        }
        while (VfioFailure.Number(result) == Errno.EINTR);

        return result >= 0 ? Keep(result) : throw VfioFailure.CannotOpen(address, path, result);
    }

    private VfioHandle Keep(int descriptor)
    {
        var handle = new VfioHandle(_kernel, descriptor);
        _opened.Add(handle);
        return handle;
    }

    private void Check(int result, string step)
    {
        if (result < 0)
        {
            throw VfioFailure.Refused(address, step, result);
        }
    }

    /// <summary>Empties a structure and writes its own size into the first word: argsz, or size.</summary>
    private static void WriteSize(Span<byte> structure)
    {
        structure.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(structure, structure.Length);
    }
}
