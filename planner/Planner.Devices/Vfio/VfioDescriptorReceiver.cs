using System.Net.Sockets;
using System.Text;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>
/// Takes the descriptor of a device from the program that holds it: a connection to its UNIX socket brings one message with one
/// descriptor (SCM_RIGHTS) and, as its bytes, the device's folder in sysfs, or any one byte where that is not known.
/// </summary>
internal sealed class VfioDescriptorReceiver(string address, VfioOptions options)
{
    private const int MaxMessageBytes = 512;

    /// <summary>Connects and takes the descriptor.</summary>
    /// <param name="path">The socket.</param>
    /// <exception cref="DeviceException">Nobody listens there, or what comes is not a descriptor.</exception>
    public OpenedVfioDevice Receive(string path)
    {
        using var socket = Connect(path);
        if (!socket.Poll(options.DescriptorTimeLimit, SelectMode.SelectRead))
        {
            throw new DeviceException(DeviceFault.TimedOut, $"{address}: no descriptor came within {Quantity.Format(options.DescriptorTimeLimit)}; check that the VMM passes its device on this socket.");
        }

        var message = new byte[MaxMessageBytes];
        int result, messageBytes;
        do
        {
            result = options.Kernel.ReceiveDescriptor((int)socket.Handle, message, out messageBytes);
        }
        while (VfioFailure.Number(result) == Errno.EINTR);

        if (result < 0)
        {
            throw new DeviceException(
                DeviceFault.Protocol, $"{address}: the message on this socket does not carry exactly one descriptor; have the VMM send the device's alone with SCM_RIGHTS.", VfioFailure.Number(result));
        }

        var device = new VfioHandle(options.Kernel, result);
        var folder = new VfioSysfsFolder(FolderOf(Encoding.UTF8.GetString(message, 0, messageBytes).TrimEnd('\0', '\n'), device));
        return new OpenedVfioDevice(device, [], folder.Driver, folder.Model, IsShared: true);
    }

    /// <summary>The folder that the message names; or, of a node of the device's own, the one behind it; or none.</summary>
    private string FolderOf(string message, VfioHandle device)
    {
        if (message.StartsWith(options.SysfsFolder + "/", StringComparison.Ordinal))
        {
            return Path.GetFullPath(message);
        }

        return options.Kernel.PathOf(device.Number) is { } node && node.Contains("/vfio/devices/", StringComparison.Ordinal)
            ? VfioOpener.FolderOfNode(options, node)
            : Path.Combine(options.SysfsFolder, "unknown");
    }

    private Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AccessDenied
                ? new DeviceException(DeviceFault.NoPermission, $"{address}: this user may not connect to {path}; run as a user who may write to it.", Errno.EACCES, e)
                : new DeviceException(DeviceFault.NotFound, $"{address}: nobody passes a device on {path} ({e.SocketErrorCode}); start the VMM that does, or correct the path.", Errno.None, e);
        }
    }
}
