using CsCheck;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Simulated;

public class StateStreamTests
{
    private static readonly Gen<int> ChunkSizes = Gen.OneOf(Gen.Int[1, 100], Gen.Int[4000, 70_000], Gen.Const(1 << 20));

    [Fact]
    public void What_is_read_and_written_in_order_is_accepted_whatever_the_chunks() =>
        (from seed in Gen.ULong
         from stateBytes in Gen.OneOf(Gen.Int[0, 2000], Gen.Int[0, 300_000])
         from flags in Gen.Int[0, 3]
         from readChunk in ChunkSizes
         from writeChunk in ChunkSizes
         from initialShare in Gen.Double[0, 1]
         from reinit in Gen.Double[0, 0.5]
         from preCopyRounds in Gen.Int[0, 4]
         select (seed, stateBytes, flags, readChunk, writeChunk, initialShare, reinit, preCopyRounds)).Sample(
            c =>
            {
                var capabilities = MigrationCapabilitySets.All[c.flags];
                var profile = TestProfiles.With(capabilities, c.stateBytes) with
                {
                    StateJitter = 0.3,
                    PreCopy = new PreCopyProfile((long)(c.stateBytes * c.initialShare), 50e6, c.stateBytes, c.reinit),
                };
                var source = Make(profile, c.seed, out var clock);
                using var stream = new MemoryStream();
                if (capabilities.Has(MigrationCapabilities.PreCopy))
                {
                    source.Go(PreCopy);
                    for (var round = 0; round < c.preCopyRounds; round++)
                    {
                        stream.Write(source.ReadAll(c.readChunk));
                        clock.Advance(TimeSpan.FromMilliseconds(7));
                    }
                }

                var guestValue = source.GuestValue = c.seed ^ 0xABCD;
                source.Go(StopCopy);
                stream.Write(source.ReadAll(c.readChunk));

                var target = Make(profile, c.seed + 1, out _);
                target.Go(Stop, Resuming);
                Write(target, stream.ToArray(), c.writeChunk);
                target.Go(Stop, Running);
                Assert.Equal(guestValue, target.GuestValue);
            },
            iter: 200);

    [Fact]
    public void The_size_of_a_stream_is_the_state_with_its_jitter_and_is_foretold()
    {
        var profile = TestProfiles.With(MigrationCapabilities.StopCopy, 1_000_000) with { StateJitter = 0.05 };
        var model = new SimulatedDeviceModel(profile, new SimulatedDeviceOptions { Seed = 11 });
        var sizes = new List<long>();
        for (var i = 0; i < 50; i++)
        {
            var foretold = model.ForetellStateBytes();
            model.Begin(StopCopy, 1000);
            Assert.Equal(foretold, model.ForetellStopCopyBytes(1000));
            var read = ReadAll(model, 1000);
            Assert.Equal(foretold, read);
            Assert.Equal(0, model.ForetellStopCopyBytes(1000));
            model.Begin(Running, 1000);
            sizes.Add(read);
        }

        Assert.All(sizes, s => Assert.InRange(s, 950_000, 1_050_000));
        Assert.True(sizes.Distinct().Count() > 40);
        Assert.InRange(sizes.Max() - sizes.Min(), 60_000, 100_000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_gives_others()
    {
        Assert.Equal(Image(seed: 5), Image(seed: 5));
        Assert.NotEqual(Image(seed: 5), Image(seed: 6));
    }

    [Fact]
    public void A_device_that_received_a_state_carries_it_on_to_the_next_host()
    {
        var first = Make(TestProfiles.With(TestProfiles.AllFlags), 1, out _);
        first.GuestValue = 0x1234_5678_9ABC_DEF0;
        var second = Make(TestProfiles.With(TestProfiles.AllFlags), 2, out _);
        var third = Make(TestProfiles.With(TestProfiles.AllFlags), 3, out _);

        foreach (var (source, target) in new[] { (first, second), (second, third), (third, first) })
        {
            source.Go(PreCopy, StopCopy);
            target.Go(Stop, Resuming);
            Write(target, source.ReadAll(), 5000);
            target.Go(Stop, Running);
            source.Go(Stop);
            Assert.Equal(0x1234_5678_9ABC_DEF0UL, target.GuestValue);
        }
    }

    [Fact]
    public void A_reset_loses_what_the_guest_saw()
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags), 1, out _);
        device.GuestValue = 77;

        device.Reset();

        Assert.NotEqual(77UL, device.GuestValue);
        Assert.Equal(Running, device.GetState());
    }

    [Fact]
    public void An_image_with_any_bit_changed_is_refused_and_the_device_stays_in_RESUMING()
    {
        var image = Image(seed: 5, stateBytes: 3000);
        Gen.Int[0, (image.Length * 8) - 1].Sample(
            bit =>
            {
                var damaged = image.ToArray();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertRefused(damaged);
            },
            iter: 2000);
    }

    [Fact]
    public void A_truncated_image_is_refused()
    {
        var image = Image(seed: 5, stateBytes: 1000);
        Assert.All(Enumerable.Range(0, image.Length), length => AssertRefused(image[..length]));
    }

    [Fact]
    public void An_image_with_anything_behind_its_end_is_refused()
    {
        var image = Image(seed: 5);
        AssertRefused([.. image, 0]);
        AssertRefused([.. image, .. image]);
    }

    [Fact]
    public void Two_swapped_chunks_are_noticed() =>
        (from chunkBytes in Gen.Int[64, 70_000]
         from a in Gen.Int[0, 1000]
         from b in Gen.Int[0, 1000]
         select (chunkBytes, a, b)).Sample(
            c =>
            {
                // Longer than the period of the content, which must not hide a swap.
                var image = Image(seed: 5, stateBytes: 2_500_000);
                var chunks = image.Chunk(c.chunkBytes).ToArray();
                var (i, j) = (c.a % chunks.Length, c.b % chunks.Length);
                (chunks[i], chunks[j]) = (chunks[j], chunks[i]);
                var swapped = chunks.SelectMany(chunk => chunk).ToArray();
                if (i == j)
                {
                    return;
                }

                Assert.NotEqual(image, swapped);
                AssertRefused(swapped);
            },
            iter: 30);

    [Fact]
    public void A_doubled_chunk_and_a_missing_chunk_are_noticed()
    {
        var image = Image(seed: 5, stateBytes: 100_000);

        AssertRefused([.. image[..50_000], .. image[40_000..]]);
        AssertRefused([.. image[..40_000], .. image[50_000..]]);
    }

    [Fact]
    public void The_image_of_another_device_spliced_in_is_noticed()
    {
        var one = Image(seed: 5, stateBytes: 100_000);
        var other = Image(seed: 6, stateBytes: 100_000);

        AssertRefused([.. one[..60_000], .. other[60_000..]]);
    }

    [Fact]
    public void A_refused_image_can_be_given_up_by_a_reset_and_sent_again()
    {
        var image = Image(seed: 5);
        var target = Make(TestProfiles.With(TestProfiles.AllFlags), 2, out _);
        target.Go(Stop, Resuming);
        Write(target, image.AsSpan(0, image.Length - 1), 4096);
        Assert.Equal(Errno.EINVAL, target.SetState(Running).Errno);

        target.Reset();
        target.Go(Stop, Resuming);
        Write(target, image, 4096);
        target.Go(Running);
    }

    [Fact]
    public void Going_back_to_RUNNING_ends_the_stream_and_the_next_one_starts_afresh()
    {
        var source = Make(TestProfiles.With(TestProfiles.AllFlags) with { PreCopy = new PreCopyProfile(50_000, 0, 0, 0) }, 1, out _);
        source.Go(PreCopy);
        var abandoned = source.ReadAll();
        source.Go(Running, PreCopy);
        var preCopied = source.ReadAll();
        source.Go(StopCopy);
        var rest = source.ReadAll();

        AssertRefused([.. abandoned, .. rest]);
        AssertAccepted([.. preCopied, .. rest]);
    }

    [Fact]
    public void Going_back_from_PRE_COPY_P2P_keeps_the_stream()
    {
        var source = Make(TestProfiles.With(TestProfiles.AllFlags) with { PreCopy = new PreCopyProfile(50_000, 0, 0, 0) }, 1, out _);
        source.Go(PreCopy);
        var before = source.ReadAll();
        source.Go(PreCopyP2P, PreCopy, PreCopyP2P, StopCopy);

        AssertAccepted([.. before, .. source.ReadAll()]);
    }

    [Fact]
    public void A_stream_that_restarts_at_STOP_COPY_is_whole_without_what_pre_copy_gave()
    {
        var profile = TestProfiles.With(TestProfiles.AllFlags) with { PreCopy = new PreCopyProfile(50_000, 0, 0, 0) };
        var source = new SimulatedDevice(profile, "sim:test", new SimulatedDeviceOptions { RestartsStreamAtStopCopy = true }, new VirtualClock());
        Assert.True(source.Offer.StreamRestartsAtStopCopy);
        source.Go(PreCopy);
        var before = source.ReadAll();
        source.Go(StopCopy);
        var after = source.ReadAll();

        Assert.Equal((50_000, 100_000), (before.Length, after.Length));
        AssertAccepted(after);
        AssertRefused([.. before, .. after]);
    }

    private static SimulatedDevice Make(DeviceProfile profile, ulong seed, out VirtualClock clock)
    {
        clock = new VirtualClock();
        return new SimulatedDevice(profile, "sim:test", new SimulatedDeviceOptions { Seed = seed }, clock);
    }

    private static byte[] Image(ulong seed, long stateBytes = 100_000)
    {
        var source = Make(TestProfiles.With(MigrationCapabilities.StopCopy, stateBytes), seed, out _);
        source.Go(StopCopy);
        return source.ReadAll();
    }

    private static void Write(SimulatedDevice target, ReadOnlySpan<byte> image, int chunkBytes)
    {
        while (!image.IsEmpty)
        {
            var chunk = image[..Math.Min(chunkBytes, image.Length)];
            target.Write(chunk);
            image = image[chunk.Length..];
        }
    }

    private static void AssertAccepted(byte[] image) => Assert.Equal((Errno.None, Stop), Load(image));

    private static void AssertRefused(byte[] image) => Assert.Equal((Errno.EINVAL, Resuming), Load(image));

    private static (Errno Errno, DeviceState State) Load(byte[] image)
    {
        var target = Make(TestProfiles.With(MigrationCapabilities.StopCopy), 9, out _);
        target.Go(Stop, Resuming);
        Write(target, image, 4096);
        return (target.SetState(Stop).Errno, target.GetState());
    }

    private static long ReadAll(SimulatedDeviceModel model, long now)
    {
        var buffer = new byte[100_000];
        long total = 0;
        for (var step = model.Read(buffer, now); step.Count > 0; step = model.Read(buffer, now))
        {
            total += step.Count;
        }

        return total;
    }
}
