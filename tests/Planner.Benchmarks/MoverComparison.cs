using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using Planner.Devices;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Benchmarks;

/// <summary>
/// Carries 256 MiB of device state through two vfio-user sockets, and the same number of bytes through two bare UNIX sockets,
/// in turn in one run: the ratio holds when the machine's speed drifts. The bare copy is made twice, in the protocol's own
/// pieces (256 KiB in, 32 KiB out) and in pieces of 1 MiB.
/// </summary>
internal static class MoverComparison
{
    private const long StateBytes = 256L << 20;
    private const int BufferBytes = 1 << 20;
    private const int Rounds = 15;

    /// <summary>Runs the rounds and prints a line for each, and the median ratio.</summary>
    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("planner-mover-");
        try
        {
            var (alike, large) = (new List<double>(), new List<double>());
            Console.WriteLine("round   devices        bare, same pieces     bare, 1 MiB pieces");
            for (var round = 0; round <= Rounds; round++)
            {
                var devices = StateBytes / ThroughDevices(folder.FullName, round).TotalSeconds;
                var same = StateBytes / ThroughBareSockets(folder.FullName, $"s{round}", VfioUserProtocol.MaxReadDataBytes, VfioUserProtocol.MaxWriteDataBytes).TotalSeconds;
                var bare = StateBytes / ThroughBareSockets(folder.FullName, $"l{round}", BufferBytes, BufferBytes).TotalSeconds;
                if (round == 0)
                {
                    continue;
                }

                alike.Add(devices / same);
                large.Add(devices / bare);
                Console.WriteLine($"{round,5}   {Rate(devices)}   {Rate(same)} {devices / same,7:0.00}x   {Rate(bare)} {devices / bare,7:0.00}x");
            }

            Console.WriteLine($"devices / bare copy in the same pieces: {Spread(alike)}");
            Console.WriteLine($"devices / bare copy in 1 MiB pieces:    {Spread(large)}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Rate(double bytesPerSecond) => $"{Quantity.FormatBytes(bytesPerSecond)}/s".PadLeft(12);

    private static string Spread(List<double> ratios)
    {
        ratios.Sort();
        return $"median {ratios[ratios.Count / 2]:0.00}, lowest {ratios[0]:0.00}, highest {ratios[^1]:0.00}";
    }

    private static TimeSpan ThroughDevices(string folder, int round)
    {
        var profile = BuiltInProfiles.FastNic with
        {
            Name = "bulk",
            Capabilities = MigrationCapabilities.StopCopy,
            CommitArc = new Arc(DeviceState.Running, DeviceState.Stop),
            Latencies = ImmutableDictionary<Arc, LatencyProfile>.Empty,
            Load = LoadProfile.Instant,
            PreCopy = PreCopyProfile.Nothing,
            ReadBytesPerSecond = null,
            StateBytes = StateBytes,
            StateJitter = 0,
        };
        using var sourceServer = VfioUserServer.Start(profile, Path.Combine(folder, $"s{round}"));
        using var destinationServer = VfioUserServer.Start(profile, Path.Combine(folder, $"d{round}"));
        using var source = VfioUserDevice.Open(sourceServer.SocketPath);
        using var destination = VfioUserDevice.Open(destinationServer.SocketPath);
        Reach(source, DeviceState.StopCopy);
        Reach(destination, DeviceState.Resuming);
        using var mover = new DataMover(4, BufferBytes, TimeProvider.System);
        mover.Begin();
        var watch = Stopwatch.StartNew();
        var loader = new Thread(() => mover.Load(destination));
        loader.Start();
        mover.Read(source, StreamEnd.Stream, TimeSpan.Zero);
        loader.Join();
        watch.Stop();
        if (mover.Result.Bytes < StateBytes || mover.Result.Trouble is not null)
        {
            throw new InvalidOperationException($"{mover.Result.Bytes} bytes were carried; {mover.Result.Trouble}");
        }

        Reach(destination, DeviceState.Stop);
        return watch.Elapsed;
    }

    private static void Reach(VfioUserDevice device, DeviceState state)
    {
        if (device.SetState(state) is { Reached: false } result)
        {
            throw new InvalidOperationException($"{state.Name()}: {result}");
        }
    }

    /// <summary>The least that such a transfer can be: one thread reads from a socket and writes to another.</summary>
    private static TimeSpan ThroughBareSockets(string folder, string name, int inBytes, int outBytes)
    {
        using var first = new SocketPair(Path.Combine(folder, $"a{name}"));
        using var second = new SocketPair(Path.Combine(folder, $"b{name}"));
        var watch = Stopwatch.StartNew();
        var feeder = new Thread(() => Feed(first.One, inBytes));
        var sink = new Thread(() => Drain(second.Other));
        feeder.Start();
        sink.Start();
        var buffer = new byte[BufferBytes];
        for (var left = StateBytes; left > 0;)
        {
            var read = first.Other.Receive(buffer);
            for (var at = 0; at < read; at += outBytes)
            {
                SendAll(second.One, buffer.AsSpan(at, Math.Min(outBytes, read - at)));
            }

            left -= read;
        }

        feeder.Join();
        sink.Join();
        return watch.Elapsed;
    }

    private static void Feed(Socket socket, int pieceBytes)
    {
        var buffer = new byte[pieceBytes];
        Random.Shared.NextBytes(buffer);
        for (var left = StateBytes; left > 0; left -= pieceBytes)
        {
            SendAll(socket, buffer);
        }
    }

    private static void Drain(Socket socket)
    {
        var buffer = new byte[BufferBytes];
        for (var left = StateBytes; left > 0;)
        {
            left -= socket.Receive(buffer);
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[socket.Send(data)..];
        }
    }

    private sealed class SocketPair : IDisposable
    {
        public SocketPair(string path)
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            One = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            One.Connect(new UnixDomainSocketEndPoint(path));
            Other = listener.Accept();
        }

        public Socket One { get; }

        public Socket Other { get; }

        public void Dispose()
        {
            One.Dispose();
            Other.Dispose();
        }
    }
}
