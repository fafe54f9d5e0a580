using CsCheck;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Bytes out equal bytes in, in order; a side that fails ends the other.</summary>
public sealed class DataMoverTests
{
    private static TransferResult Move(DataMover mover, FakeDevice source, FakeDevice destination, StreamEnd end = StreamEnd.Stream)
    {
        mover.Begin();
        var reader = new Thread(() => mover.Read(source, end, TimeSpan.FromSeconds(30)));
        reader.Start();
        mover.Load(destination);
        Assert.True(reader.Join(TimeSpan.FromSeconds(30)), "the reader hangs");
        return mover.Result;
    }

    private static (FakeDevice Source, FakeDevice Destination) Pair(byte[] content, int chunk = 1000, int preCopy = 0)
    {
        var source = new FakeDevice("fake:s", MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy, content, preCopy) { ChunkBytes = chunk, State = DeviceState.StopCopy };
        var destination = new FakeDevice("fake:d", MigrationCapabilities.StopCopy);
        destination.SetState(DeviceState.Resuming);
        return (source, destination);
    }

    [Fact]
    public void Bytes_arrive_complete_and_in_order_whatever_the_chunks()
    {
        Gen.Select(Gen.Byte.Array[0, 300_000], Gen.Int[1, 70_000], Gen.Int[2, 5], Gen.Int[4096, 65_536]).Sample(
            (content, chunk, buffers, bufferBytes) =>
            {
                var (source, destination) = Pair(content, chunk);
                using var mover = new DataMover(buffers, bufferBytes, TimeProvider.System);
                var moved = Move(mover, source, destination);
                destination.SetState(DeviceState.Stop);

                Assert.Null(moved.Trouble);
                Assert.Equal(content.Length, moved.Bytes);
                Assert.Equal(content, destination.Content);
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void A_round_ends_at_nothing_now_and_the_stream_goes_on_later()
    {
        var content = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
        var (source, destination) = Pair(content, preCopy: 3000);
        using var mover = new DataMover(4, 4096, TimeProvider.System);

        source.State = DeviceState.PreCopy;
        Assert.Equal(3000, Move(mover, source, destination, StreamEnd.Round).Bytes);
        Assert.Equal(0, Move(mover, source, destination, StreamEnd.Round).Bytes);
        source.State = DeviceState.StopCopy;
        Assert.Equal(2000, Move(mover, source, destination).Bytes);

        destination.SetState(DeviceState.Stop);
        Assert.Equal(content, destination.Content);
    }

    [Fact]
    public void Reading_runs_ahead_of_loading_by_the_buffers_and_no_further()
    {
        var (source, destination) = Pair(new byte[100_000], chunk: 1000);
        using var mover = new DataMover(4, 4096, TimeProvider.System);
        using var firstWrite = new ManualResetEventSlim();
        using var mayWrite = new ManualResetEventSlim();
        var read = 0;
        var ahead = 0;
        source.OnRead = bytes => Volatile.Write(ref read, bytes);
        destination.OnWrite = _ =>
        {
            firstWrite.Set();
            Assert.True(mayWrite.Wait(TimeSpan.FromSeconds(30)));
        };
        var watcher = new Thread(() =>
        {
            firstWrite.Wait();
            // Three more buffers can be filled while the first one is being loaded.
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref read) >= 3000, TimeSpan.FromSeconds(30)));
            ahead = Volatile.Read(ref read);
            mayWrite.Set();
        });
        watcher.Start();

        Assert.Equal(100_000, Move(mover, source, destination).Bytes);
        watcher.Join();
        Assert.InRange(ahead, 3000, 4000);
    }

    [Fact]
    public void A_source_that_fails_ends_the_loading()
    {
        var (source, destination) = Pair(new byte[100_000]);
        source.OnRead = bytes =>
        {
            if (bytes >= 50_000)
            {
                throw new DeviceException(DeviceFault.Failed, "the read failed", Errno.EIO);
            }
        };
        using var mover = new DataMover(4, 4096, TimeProvider.System);

        var moved = Move(mover, source, destination);

        Assert.Equal(MigrationSide.Source, moved.FailedSide);
        Assert.Equal("the read failed", moved.Trouble);
    }

    [Fact]
    public void A_destination_that_fails_ends_the_reading()
    {
        var (source, destination) = Pair(new byte[100_000]);
        destination.OnWrite = bytes =>
        {
            if (bytes >= 20_000)
            {
                throw new DeviceException(DeviceFault.Failed, "the write failed", Errno.ENOSPC);
            }
        };
        using var mover = new DataMover(4, 4096, TimeProvider.System);

        var moved = Move(mover, source, destination);

        Assert.Equal(MigrationSide.Destination, moved.FailedSide);
        Assert.InRange(moved.Bytes, 20_000, 30_000);
    }

    [Fact]
    public void A_transfer_can_be_abandoned_and_the_mover_used_again()
    {
        var (source, destination) = Pair(new byte[100_000]);
        using var mover = new DataMover(2, 4096, TimeProvider.System);
        source.OnRead = bytes =>
        {
            if (bytes == 10_000)
            {
                mover.Abandon(MigrationSide.Source, "it was stopped");
            }
        };

        Assert.Equal("it was stopped", Move(mover, source, destination).Trouble);

        var (again, empty) = Pair(new byte[5_000]);
        Assert.Equal(5_000, Move(mover, again, empty).Bytes);
    }

    [Fact]
    public void Chunks_are_carried_without_allocation()
    {
        var (source, destination) = Pair(new byte[10_000_000], chunk: 1000);
        using var mover = new DataMover(4, 4096, TimeProvider.System);
        Assert.Null(Move(mover, source, destination).Trouble);

        source.State = DeviceState.StopCopy;
        source.SetState(DeviceState.Stop);
        source.SetState(DeviceState.StopCopy);
        mover.Begin();
        long read = 0;
        var reader = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            mover.Read(source, StreamEnd.Stream, TimeSpan.Zero);
            read = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        reader.Start();
        mover.Load(destination);
        reader.Join();

        // 10,000 chunks: an object for each would be 240,000 bytes. The counter itself goes in steps of 8 KiB.
        Assert.InRange(read, 0, 50_000);
    }
}
