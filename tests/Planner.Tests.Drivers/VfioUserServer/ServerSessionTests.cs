using CsCheck;
using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.VfioUserServers.RawClient;

namespace Planner.Tests.VfioUserServers;

public class ServerSessionTests
{
    private static readonly byte[] Handshake = Frame(
        1,
        1,
        Version(0, 2, """{"capabilities":{"x-deadline-v1":true,"x-arc-latency-v1":true,"x-precopy-info-v1":true,"x-device-class":true}}""" + "\0"));

    private static readonly ServerBehaviour[] Behaviours =
    [
        ServerBehaviour.Tolerant, ServerBehaviour.LibvfioUser, ServerBehaviour.OldLibvfioUser, ServerBehaviour.KernelLike, ServerBehaviour.RustVmm,
        ServerBehaviour.Tolerant with { Migration = MigrationSupport.V1RegionOnly, SendsDmaCommands = true, MostBytesPerRead = 3 },
    ];

    // Numbers that stand at the edges of what a field may hold, and any others.
    private static readonly Gen<uint> Words = Gen.OneOf(
        Gen.UInt[0, 64], OneOf<uint>(4096, 0x100000, 0x100001, uint.MaxValue, int.MaxValue, 0x10001, 0x10002, 0x20002, 0x2FD01, 0x1FD02, 0x1FD03), Gen.UInt);

    private static readonly Gen<byte[]> Requests =
        from command in Gen.UShort[0, 20]
        from words in Words.Array[0, 14]
        from flags in Gen.Frequency((20, Gen.Const(0u)), (1, Gen.UInt))
        select Frame(5, command, U32(words), flags);

    private static readonly Gen<byte[]> StateChanges =
        from state in Gen.UInt[0, 9]
        select Frame(6, 16, U32(16, 0x20002, state, uint.MaxValue));

    [Fact]
    public void Nothing_that_a_client_sends_breaks_a_conversation() =>
        (from shakesHands in Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false)))
         from frames in Gen.Frequency((6, Requests), (3, StateChanges), (1, Gen.Byte.Array[0, 60])).Array[0, 40]
         from behaviour in Gen.Int[0, Behaviours.Length - 1]
         from mostAtATime in OneOf(1, 7, 16, 100, int.MaxValue)
         select (shakesHands, frames, behaviour, mostAtATime)).Sample(
            c =>
            {
                byte[] said = [.. c.shakesHands ? Handshake : [], .. c.frames.SelectMany(f => f)];
                Converse(TestServer.Quick() with { Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, true) }, Behaviours[c.behaviour], said, c.mostAtATime);
            },
            iter: 3000);

    [Fact]
    public void Reading_and_writing_leave_no_garbage()
    {
        var read = Frame(7, 17, U32(8 + 4096, 4096));
        var write = Frame(8, 18, [.. U32(8 + 4096, 4096), .. new byte[4096]]);
        byte[] toStopCopy = [.. Handshake, .. SetState(StopCopy)];
        byte[] toResuming = [.. Handshake, .. SetState(Stop), .. SetState(Resuming)];
        foreach (var (before, request) in new[] { (toStopCopy, read), (toResuming, write) })
        {
            byte[] few = [.. before, .. Repeat(request, 100)];
            byte[] many = [.. before, .. Repeat(request, 2100)];
            Allocated(few);

            // The count of a thread jumps by some kilobytes when a collection falls in between. Anything left by each request
            // would be at least 24 bytes.
            Assert.InRange(Allocated(many) - Allocated(few), -40_000, 40_000);
        }
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static long Allocated(byte[] said)
    {
        var profile = TestServer.Quick(stateBytes: 10_000_000);
        var device = VfioUserServer.MakeDevice(profile, "test", ServerBehaviour.Tolerant, clock: new VirtualClock());
        var session = new VfioUserServerSession(device, new MemoryChannel(said), ServerBehaviour.Tolerant);
        var before = GC.GetAllocatedBytesForCurrentThread();
        session.Run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Converse(DeviceProfile profile, ServerBehaviour behaviour, byte[] said, int mostAtATime)
    {
        var device = VfioUserServer.MakeDevice(profile, "test", behaviour, clock: new VirtualClock());
        new VfioUserServerSession(device, new MemoryChannel(said, mostAtATime), behaviour).Run();
    }

    private static IEnumerable<byte> Repeat(byte[] frame, int times) => Enumerable.Repeat(frame, times).SelectMany(f => f);

    private static byte[] SetState(DeviceState state) => Frame(6, 16, U32(16, 0x20002, (uint)state, uint.MaxValue));
}
