using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>A device's state over a socket, from the mover of one host to that of another: whole and in order, or refused.</summary>
public sealed class PeerStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static (Socket Sender, Socket Receiver) Connect(bool isTcp)
    {
        var path = Path.Combine(Path.GetTempPath(), $"peer-{Guid.NewGuid():N}.sock");
        EndPoint here = isTcp ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path);
        using var listener = new Socket(here.AddressFamily, SocketType.Stream, isTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        listener.Bind(here);
        listener.Listen();
        var sender = new Socket(here.AddressFamily, SocketType.Stream, isTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        sender.Connect(listener.LocalEndPoint!);
        return (sender, listener.Accept());
    }

    /// <summary>Source device to sink on one host, and peer to destination device on the other.</summary>
    private static (TransferResult Sent, TransferResult Loaded) Move(FakeDevice source, FakeDevice destination, PeerSink sink, PeerSource peer, int bufferBytes)
    {
        using var sending = new DataMover(3, bufferBytes, TimeProvider.System);
        using var loading = new DataMover(3, bufferBytes, TimeProvider.System);
        sending.Begin();
        loading.Begin();
        Thread[] threads =
        [
            new(() => sending.Read(source, StreamEnd.Stream, Patience)),
            new(() =>
            {
                sending.Load(sink);
                sink.End();
            }),
            new(() => loading.Read(peer, StreamEnd.Stream, Patience)),
            new(() => loading.Load(destination)),
        ];
        Array.ForEach(threads, t => t.Start());
        Assert.All(threads, t => Assert.True(t.Join(Patience), "a mover hangs"));
        return (sending.Result, loading.Result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_arrive_complete_and_in_order_over_a_UNIX_socket_and_over_TCP(bool isTcp)
    {
        Gen.Select(Gen.Byte.Array[0, 200_000], Gen.Int[1, 70_000], Gen.Int[4096, 65_536]).Sample(
            (content, chunk, bufferBytes) =>
            {
                var (sender, receiver) = Connect(isTcp);
                using (sender)
                using (receiver)
                {
                    var source = new FakeDevice("fake:s", MigrationCapabilities.StopCopy, content) { ChunkBytes = chunk, State = DeviceState.StopCopy };
                    var destination = new FakeDevice("fake:d", MigrationCapabilities.StopCopy);
                    destination.SetState(DeviceState.Resuming);

                    var (sent, loaded) = Move(source, destination, new PeerSink(sender, "peer", Patience), new PeerSource(receiver, "peer", Patience), bufferBytes);
                    destination.SetState(DeviceState.Stop);

                    Assert.Equal((null, null), (sent.Trouble, loaded.Trouble));
                    Assert.Equal((content.Length, content.Length), (sent.Bytes, loaded.Bytes));
                    Assert.Equal(content, destination.Content);
                }
            },
            iter: 20,
            threads: 1);
    }

    [Fact]
    public void A_round_has_an_end_of_its_own_and_the_stream_goes_on_after_it()
    {
        var (sender, receiver) = Connect(isTcp: false);
        using (sender)
        using (receiver)
        {
            var sink = new PeerSink(sender, "peer", Patience);
            var peer = new PeerSource(receiver, "peer", Patience);
            sink.Write([1, 2]);
            sink.End();
            sink.End();
            sink.Write([3]);
            sink.End();

            var buffer = new byte[8];
            Assert.Equal([2, 0, 0, 1, 0], Enumerable.Range(0, 5).Select(_ => peer.Read(buffer)));
        }
    }

    [Fact]
    public void A_connection_that_ends_is_never_the_end_of_a_stream()
    {
        var (sender, receiver) = Connect(isTcp: false);
        using (receiver)
        {
            new PeerSink(sender, "peer", Patience).Write([1, 2, 3]);
            sender.Dispose();
            var peer = new PeerSource(receiver, "peer", Patience);
            Assert.Equal(3, peer.Read(new byte[8]));
            Assert.Equal(DeviceFault.Disconnected, Assert.Throws<DeviceException>(() => peer.Read(new byte[8])).Fault);
        }
    }

    [Theory]
    [InlineData("000000000100000000000000", "0 bytes of the device's state came and 1 were sent")]
    [InlineData("ffffffff", "4294967295 bytes in one piece")]
    public void A_peer_that_says_what_cannot_be_is_refused(string said, string says)
    {
        var (sender, receiver) = Connect(isTcp: true);
        using (sender)
        using (receiver)
        {
            sender.Send(Convert.FromHexString(said));
            var e = Assert.Throws<DeviceException>(() => new PeerSource(receiver, "peer", Patience).Read(new byte[8]));
            Assert.Equal(DeviceFault.Protocol, e.Fault);
            Assert.Contains(says, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_peer_that_sends_or_takes_nothing_is_given_up()
    {
        var (sender, receiver) = Connect(isTcp: false);
        using (sender)
        using (receiver)
        {
            var limit = TimeSpan.FromMilliseconds(50);
            Assert.Equal(DeviceFault.TimedOut, Assert.Throws<DeviceException>(() => new PeerSource(receiver, "peer", limit).Read(new byte[8])).Fault);
            Assert.Equal(DeviceFault.TimedOut, Assert.Throws<DeviceException>(() => new PeerSink(sender, "peer", limit).Write(new byte[64 << 20])).Fault);
        }
    }

    [Fact]
    public void A_chunk_travels_as_its_length_and_its_bytes_and_an_end_tells_how_many_there_were()
    {
        var (sender, receiver) = Connect(isTcp: false);
        using (sender)
        using (receiver)
        {
            var sink = new PeerSink(sender, "peer", Patience);
            sink.Write([0xaa, 0xbb]);
            sink.End();
            var bytes = new byte[18];
            var count = 0;
            while (count < bytes.Length)
            {
                count += receiver.Receive(bytes.AsSpan(count));
            }

            Assert.Equal("02000000" + "aabb" + "00000000" + "0200000000000000", Convert.ToHexStringLower(bytes));
            Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(6)));
        }
    }

    [Fact]
    public void Chunks_are_sent_and_received_without_allocation()
    {
        var (sender, receiver) = Connect(isTcp: false);
        using (sender)
        using (receiver)
        {
            var sink = new PeerSink(sender, "peer", Patience);
            var peer = new PeerSource(receiver, "peer", Patience);
            var (data, buffer) = (new byte[1000], new byte[4096]);
            long before = 0;
            var receivedBytes = 0;
            for (var i = 0; i < 2000; i++)
            {
                before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
                sink.Write(data);

                // Counted, not asserted one by one: an assertion allocates.
                receivedBytes += peer.Read(buffer);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(2_000_000, receivedBytes);

            // An object for each of 1000 chunks would be 24,000 bytes.
            Assert.InRange(allocated, 0, 12_000);
        }
    }
}
