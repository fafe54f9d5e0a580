using System.Net.Sockets;
using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.VfioUser;

/// <summary>
/// A peer that expects exact bytes and answers with given ones, over a real UNIX socket. The steps run in order on a thread of
/// their own; <see cref="Verify"/> throws what a step found wrong.
/// </summary>
public sealed class ScriptedServer : IDisposable
{
    /// <summary>What a plain libvfio-user server answers to VERSION, to the byte.</summary>
    public const string PlainJson =
        """{ "capabilities": { "max_msg_fds": 8, "max_data_xfer_size": 1048576, "migration": { "pgsize": 4096 } } }""";

    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("scripted-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Action> _steps = [];
    private readonly ManualResetEventSlim _released = new();
    private Socket? _client;
    private Task? _running;
    private volatile bool _failed;
    private int _nextId;

    public ScriptedServer()
    {
        SocketPath = Path.Combine(_folder, "device.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(4);
        Accept();
    }

    public string SocketPath { get; }

    public string Address => $"vfio-user:{SocketPath}";

    /// <summary>The id that the client's next message carries.</summary>
    public int NextId => _nextId;

    /// <summary>Takes a new connection, whose ids start again.</summary>
    public ScriptedServer Accept()
    {
        _nextId = 0;
        return Step(() =>
        {
            _client?.Dispose();
            _client = _listener.Accept();
            _client.ReceiveTimeout = _client.SendTimeout = (int)HangGuard.TotalMilliseconds;
        });
    }

    /// <summary>Expects exactly these bytes next.</summary>
    public ScriptedServer Expect(params byte[][] parts)
    {
        var expected = Wire.Join(parts);
        return Step(() => Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(Receive(expected.Length))));
    }

    /// <summary>Sends these bytes.</summary>
    public ScriptedServer Send(params byte[][] parts) => Step(() => _client!.Send(Wire.Join(parts)));

    /// <summary>Sends bytes one by one, so that they arrive in as many pieces as can be.</summary>
    public ScriptedServer SendByteByByte(byte[] bytes) => Step(() =>
    {
        foreach (var b in bytes)
        {
            _client!.Send([b]);
            Thread.Yield();
        }
    });

    /// <summary>Reads this many bytes, whatever they are.</summary>
    public ScriptedServer Swallow(int bytes) => Step(() => Receive(bytes));

    /// <summary>Does something with the connection.</summary>
    public ScriptedServer Do(Action<Socket> action) => Step(() => action(_client!));

    /// <summary>Closes the connection.</summary>
    public ScriptedServer Close() => Step(() => _client!.Dispose());

    /// <summary>Keeps the connection open without a word until <see cref="Verify"/> or the end.</summary>
    public ScriptedServer StaySilent() => Step(() => _released.Wait(HangGuard));

    /// <summary>Expects one request and sends one reply; both are made from the id that is next.</summary>
    public ScriptedServer Exchange(Func<int, byte[]> request, Func<int, byte[]> reply)
    {
        var id = _nextId++;
        return Expect(request(id)).Send(reply(id));
    }

    /// <summary>Expects one request and leaves it unanswered.</summary>
    public ScriptedServer ExpectNext(Func<int, byte[]> request) => Expect(request(_nextId++));

    /// <summary>Takes one request, whatever it is, and may look at its payload.</summary>
    public ScriptedServer ExpectAnything(Action<byte[]>? payload = null)
    {
        _nextId++;
        return Step(() =>
        {
            var header = Receive(16);
            var body = Receive((int)BitConverter.ToUInt32(header, 4) - 16);
            payload?.Invoke(body);
        });
    }

    /// <summary>Takes the version handshake, whatever its JSON, and answers with this JSON.</summary>
    public ScriptedServer Handshake(string json = PlainJson) => ExpectAnything().Send(Wire.VersionReply(json));

    /// <summary>The positive control of a device with these migration flags.</summary>
    public ScriptedServer Migration(ulong flags) =>
        Exchange(id => Wire.FeatureRequest(id, 8, Wire.Probe | Wire.Get | 1), id => Wire.FeatureReply(id, Wire.Probe | Wire.Get | 1))
            .Exchange(
                id => Wire.FeatureRequest(id, 8, Wire.Probe | Wire.Get | Wire.Set | 2),
                id => Wire.FeatureReply(id, Wire.Probe | Wire.Get | Wire.Set | 2))
            .Exchange(id => Wire.FeatureRequest(id, 16, Wire.Get | 1), id => Wire.FeatureReply(id, Wire.Get | 1, Wire.U64(flags)));

    /// <summary>A probe that is answered with success, or with an error.</summary>
    public ScriptedServer ProbeOf(uint methodsAndIndex, uint? error) =>
        Exchange(
            id => Wire.FeatureRequest(id, 8, Wire.Probe | methodsAndIndex),
            id => error is { } number ? Wire.Error(id, Wire.Feature, number) : Wire.FeatureReply(id, Wire.Probe | methodsAndIndex));

    /// <summary>DEVICE_GET_INFO of a device that can be reset, with 9 regions and 5 interrupts; and with flags 3, as measured, also of PCI.</summary>
    public ScriptedServer DeviceInfo(uint regions = 9, uint flags = 1) =>
        Exchange(
            id => Wire.Command(id, Wire.GetInfo, Wire.U32(16), Wire.U32(0), Wire.U32(0), Wire.U32(0)),
            id => Wire.Reply(id, Wire.GetInfo, Wire.U32(16), Wire.U32(flags), Wire.U32(regions), Wire.U32(5)));

    /// <summary>REGION_READ of the head of PCI configuration space, which a device of PCI without a name is asked for.</summary>
    /// <param name="head">What is there; null for an error.</param>
    public ScriptedServer ConfigSpace(byte[]? head) =>
        Exchange(
            id => Wire.Command(id, Wire.RegionRead, Wire.U64(0), Wire.U32(7), Wire.U32(0x30)),
            id => head is null ? Wire.Error(id, Wire.RegionRead, 22) : Wire.Reply(id, Wire.RegionRead, Wire.U64(0), Wire.U32(7), Wire.U32((uint)head.Length), head));

    /// <summary>The whole opening of a device that knows none of the private keys.</summary>
    public ScriptedServer PlainOpening(ulong flags = 5) =>
        Handshake().Migration(flags).ProbeOf(Wire.Get | 9, 22).DeviceInfo();

    /// <summary>A question for the state.</summary>
    public ScriptedServer StateIs(uint state) =>
        Exchange(
            id => Wire.FeatureRequest(id, 16, Wire.Get | 2),
            id => Wire.FeatureReply(id, Wire.Get | 2, Wire.U32(state), Wire.U32(0)));

    /// <summary>A SET_STATE that is answered with success or with an error.</summary>
    public ScriptedServer SetState(uint target, uint? error = null) =>
        Exchange(
            id => Wire.FeatureRequest(id, 16, Wire.Set | 2, Wire.U32(target), Wire.U32(uint.MaxValue)),
            id => error is { } number
                ? Wire.Error(id, Wire.Feature, number)
                : Wire.FeatureReply(id, Wire.Set | 2, Wire.U32(target), Wire.U32(uint.MaxValue)));

    /// <summary>Opens the device while the script runs.</summary>
    public VfioUserDevice Open(VfioUserOptions? options = null)
    {
        // On a thread of its own: the pool's may all be busy with other tests, and a busy machine gets no new ones for seconds.
        _running ??= Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return VfioUserDevice.Open(SocketPath, options ?? new VfioUserOptions { AskTimeLimit = HangGuard });
        }
        catch (DeviceException) when (_failed)
        {
            // What the script found wrong says more.
            Verify();
            throw;
        }
    }

    /// <summary>Waits for the end of the script and throws what it found wrong.</summary>
    public void Verify()
    {
        _released.Set();
        Assert.NotNull(_running);
        Assert.True(Task.WhenAny(_running, Task.Delay(HangGuard)).GetAwaiter().GetResult() == _running, "The script did not come to its end.");
        _running.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _released.Set();
        _listener.Dispose();
        _client?.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private void Run()
    {
        try
        {
            _steps.ForEach(step => step());
        }
        catch
        {
            // The client must not wait for an answer that will not come.
            _failed = true;
            _client?.Dispose();
            throw;
        }
    }

    private ScriptedServer Step(Action step)
    {
        _steps.Add(step);
        return this;
    }

    private byte[] Receive(int bytes)
    {
        var buffer = new byte[bytes];
        var have = 0;
        while (have < bytes)
        {
            var received = _client!.Receive(buffer.AsSpan(have));
            Assert.True(received > 0, $"The client closed the connection after {have} of {bytes} expected bytes.");
            have += received;
        }

        return buffer;
    }
}
