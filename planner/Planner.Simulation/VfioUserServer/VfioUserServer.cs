using System.Net.Sockets;
using System.Text;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>
/// Puts a simulated device behind a UNIX socket that speaks vfio-user. One client at a time; the device keeps its state
/// between clients, and an arc under way goes on when its client goes away.
/// </summary>
public sealed class VfioUserServer : IDisposable
{
    private const int Backlog = 16;
    private const int NoSuchDeviceOrAddress = 6;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly ServerBehaviour _behaviour;
    private readonly Socket _listener;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private IByteChannel? _client;
    private bool _stopped;

    private VfioUserServer(SimulatedDevice device, string path, Socket listener, ServerBehaviour behaviour)
    {
        Device = device;
        SocketPath = path;
        _listener = listener;
        _behaviour = behaviour;
        _thread = new Thread(Serve) { IsBackground = true, Name = $"vfio-user {path}" };
        _thread.Start();
    }

    /// <summary>The device behind the socket.</summary>
    public SimulatedDevice Device { get; }

    /// <summary>The file name of the socket.</summary>
    public string SocketPath { get; }

    /// <summary>The address of the device behind a server's socket.</summary>
    /// <param name="path">The file name of the socket.</param>
    public static string AddressOf(string path) => VfioUserDriver.AddressOf(path);

    /// <summary>Starts a server. The socket's file has mode 0600; one that no process listens on any more is replaced.</summary>
    /// <param name="profile">The device.</param>
    /// <param name="path">The file name of the socket, at most 107 bytes of UTF-8.</param>
    /// <param name="behaviour">How the server behaves; <see cref="ServerBehaviour.Tolerant"/> if null.</param>
    /// <param name="options">The device's seed and what else is not in its profile.</param>
    /// <param name="clock">The device's time; real time if null.</param>
    /// <exception cref="DeviceException">The socket cannot be made, or another server listens on it.</exception>
    public static VfioUserServer Start(
        DeviceProfile profile, string path, ServerBehaviour? behaviour = null, SimulatedDeviceOptions? options = null, IDeviceClock? clock = null)
    {
        behaviour ??= ServerBehaviour.Tolerant;
        path = Path.GetFullPath(path);
        var listener = Listen(path);
        return new VfioUserServer(MakeDevice(profile, VfioUserDriver.AddressOf(path), behaviour, options, clock), path, listener, behaviour);
    }

    /// <summary>The device as a server with a behaviour shows it: with the capabilities and the stream that this server knows.</summary>
    /// <param name="profile">The device.</param>
    /// <param name="address">Its address for messages.</param>
    /// <param name="behaviour">How the server behaves.</param>
    /// <param name="options">The device's seed and what else is not in its profile.</param>
    /// <param name="clock">The device's time; real time if null.</param>
    public static SimulatedDevice MakeDevice(
        DeviceProfile profile, string address, ServerBehaviour behaviour, SimulatedDeviceOptions? options = null, IDeviceClock? clock = null)
    {
        options ??= new SimulatedDeviceOptions();
        return new SimulatedDevice(
            behaviour.Capabilities is { } known ? profile.WithCapabilities(known) : profile,
            address,
            options with { RestartsStreamAtStopCopy = options.RestartsStreamAtStopCopy || behaviour.RestartsStreamAtStopCopy },
            clock);
    }

    /// <summary>Stops the server, ends its client's connection and removes the socket. An arc under way is waited for, but not long:
    /// it goes on by itself and nobody is told how it ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _client?.Dispose();
        }

        RemoveSocket();
        _listener.Dispose();
        _thread.Join(StopLimit);
    }

    // Before the listener closes: until then nobody else takes the name.
    private void RemoveSocket()
    {
        try
        {
            File.Delete(SocketPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The directory is gone, or may no longer be written to. The next server that starts there removes what is left.
        }
    }

    private void Serve()
    {
        while (TryAccept() is { } channel)
        {
            using (channel)
            {
                if (TryBegin(channel))
                {
                    new VfioUserServerSession(Device, channel, _behaviour).Run();
                }
            }
        }
    }

    private UnixSocketChannel? TryAccept()
    {
        while (true)
        {
            try
            {
                return UnixSocketChannel.Of(_listener.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                lock (_lock)
                {
                    // A client that gave up while it waited is no reason to stop.
                    if (_stopped)
                    {
                        return null;
                    }
                }
            }
        }
    }

    private bool TryBegin(IByteChannel channel)
    {
        lock (_lock)
        {
            _client = channel;
            return !_stopped;
        }
    }

    private static Socket Listen(string path)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(path);
        if (lengthBytes > SocketPaths.MaxBytes)
        {
            throw Failure(DeviceFault.Failed, path, $"the path has {lengthBytes} bytes and a UNIX socket takes at most {SocketPaths.MaxBytes}; use a shorter path");
        }

        RemoveStale(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Nobody can connect before Listen, so there is no moment at which the file is open to others.
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerOnly);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw e is SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException
                ? Failure(DeviceFault.NoPermission, path, "this user may not make a socket there; choose a directory that may be written to", e)
                : !Directory.Exists(Path.GetDirectoryName(path))
                    ? Failure(DeviceFault.NotFound, path, "the directory does not exist; make it first", e)
                    : Failure(DeviceFault.Failed, path, $"the socket cannot be made ({e.Message}); choose another path", e);
        }
    }

    private static void RemoveStale(string path)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw Failure(DeviceFault.Failed, path, "there is something else of this name; remove it or choose another path", e);
        }

        throw Failure(DeviceFault.Failed, path, "another server listens there; stop it or choose another path");
    }

    // Opening a socket as a file is ENXIO. Writing access too, because opening a pipe for reading alone would wait.
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.HResult == NoSuchDeviceOrAddress;
        }
    }

    private static DeviceException Failure(DeviceFault fault, string path, string problem, Exception? cause = null) =>
        new(fault, $"{path}: {problem}.", Errno.None, cause);
}
