using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Simulated;

public class PreCopyTests
{
    private const long Second = 1_000_000_000;
    private const long Now = 5 * Second;

    private readonly byte[] _buffer = new byte[4_000_000];

    [Fact]
    public void The_initial_bytes_are_those_that_can_be_read_at_first()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 0));
        Assert.Equal(new PreCopyInfo(600_000, 0, false), model.PreCopyInfo(Now));

        Assert.Equal(100_000, model.Read(_buffer.AsSpan(0, 100_000), Now).Count);
        Assert.Equal(500_000, model.PreCopyInfo(Now)!.Value.InitialBytes);

        Assert.Equal(500_000, model.Read(_buffer, Now).Count);
        Assert.Equal(new PreCopyInfo(0, 0, false), model.PreCopyInfo(Now));
        Assert.Equal(0, model.Read(_buffer, Now).Count);
    }

    [Fact]
    public void What_was_read_becomes_dirty_at_the_rate_and_up_to_the_cap_in_whole_pages()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 0));
        model.Read(_buffer, Now);

        Assert.Equal(98_304, model.PreCopyInfo(Now + (Second / 10))!.Value.DirtyBytes); // 100,000 B are 24 pages.
        Assert.Equal(299_008, model.PreCopyInfo(Now + Second)!.Value.DirtyBytes); // 300,000 B are 73 pages.
        Assert.Equal(299_008, model.Read(_buffer, Now + Second).Count);
        Assert.Equal(0, model.PreCopyInfo(Now + Second)!.Value.DirtyBytes);
    }

    [Fact]
    public void Nothing_is_dirty_before_it_was_read()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 0));

        Assert.Equal(0, model.PreCopyInfo(Now + Second)!.Value.DirtyBytes);
        model.Read(_buffer.AsSpan(0, 50_000), Now + Second);
        Assert.Equal(49_152, model.PreCopyInfo(Now + (2 * Second))!.Value.DirtyBytes);
    }

    [Fact]
    public void A_device_in_PRE_COPY_P2P_is_quiet()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 0));
        model.Read(_buffer, Now);
        model.Begin(PreCopyP2P, Now);

        var after = model.PreCopyInfo(Now + Second)!.Value.DirtyBytes;
        Assert.Equal(after, model.PreCopyInfo(Now + (2 * Second))!.Value.DirtyBytes);
    }

    [Fact]
    public void At_STOP_COPY_there_is_left_what_pre_copy_did_not_carry_and_what_changed()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 0));
        model.Read(_buffer.AsSpan(0, 500_000), Now);

        // 100,000 B of the first set, 400,000 B that pre-copy never carries, and 100,000 B changed in a tenth of a second.
        Assert.Equal(600_000, model.ForetellStopCopyBytes(Now + (Second / 10)));
        Assert.Equal(500_000, model.ForetellStopCopyBytes(Now));
    }

    [Fact]
    public void A_device_may_start_again_with_a_larger_initial_set_each_time_the_reader_catches_up()
    {
        var model = InPreCopy(new PreCopyProfile(600_000, 1e6, 300_000, 1));
        Assert.Equal(600_000, model.Read(_buffer, Now).Count);
        Assert.Equal(new PreCopyInfo(0, 0, false), model.PreCopyInfo(Now));

        Assert.Equal(0, model.Read(_buffer, Now + Second).Count - 299_008);
        Assert.Equal(0, model.Read(_buffer, Now + Second).Count);

        Assert.Equal(new PreCopyInfo(600_000, 0, true), model.PreCopyInfo(Now + Second));
        Assert.Equal(600_000, model.Read(_buffer, Now + Second).Count);
        Assert.Equal(new PreCopyInfo(0, 0, false), model.PreCopyInfo(Now + Second));
    }

    [Fact]
    public void A_device_starts_again_as_often_as_its_probability_says()
    {
        var model = InPreCopy(new PreCopyProfile(1000, 0, 0, 0.25));
        var again = 0;
        for (var ends = 0; ends < 4000;)
        {
            if (model.Read(_buffer, Now).Count == 0)
            {
                ends++;
                again += model.PreCopyInfo(Now)!.Value.Reinitialized ? 1 : 0;
            }
        }

        // Binomial with n = 4000 and p = 0.25 has a standard deviation of 27; the seed is fixed.
        Assert.InRange(again, 865, 1135);
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Stop)]
    [InlineData(StopCopy)]
    [InlineData(Resuming)]
    [InlineData(RunningP2P)]
    public void Pre_copy_information_exists_in_pre_copy_alone(DeviceState state)
    {
        var model = new SimulatedDeviceModel(Profile(PreCopyProfile.Nothing), new SimulatedDeviceOptions());
        model.Begin(state, Now);

        Assert.Equal(state, model.State);
        Assert.Null(model.PreCopyInfo(Now + Second));
    }

    [Fact]
    public void The_data_size_means_what_the_profile_says()
    {
        var preCopy = new PreCopyProfile(600_000, 0, 0, 0);
        foreach (var (meaning, atFirst, afterReading, inStopCopy) in new[]
        {
            (DataSizeMeaning.Total, 1_000_000L, 1_000_000L, 1_000_000L),
            (DataSizeMeaning.Maximum, 1_000_000, 1_000_000, 1_000_000),
            (DataSizeMeaning.Remaining, 1_000_000, 400_000, 400_000),
        })
        {
            var model = new SimulatedDeviceModel(Profile(preCopy) with { DataSize = meaning }, new SimulatedDeviceOptions());
            Assert.Equal(atFirst, model.DataSizeBytes(Now));
            model.Begin(PreCopy, Now);
            model.Read(_buffer, Now + Second);
            Assert.Equal(afterReading, model.DataSizeBytes(Now + Second));
            model.Begin(StopCopy, Now + Second);
            Assert.Equal(inStopCopy, model.DataSizeBytes(Now + Second));
        }
    }

    [Fact]
    public void No_size_is_above_the_reported_maximum_and_sizes_are_around_the_reported_total()
    {
        var profile = Profile(PreCopyProfile.Nothing) with { StateJitter = 0.1 };
        var most = new SimulatedDeviceModel(profile with { DataSize = DataSizeMeaning.Maximum }, new SimulatedDeviceOptions()).DataSizeBytes(Now);
        var total = new SimulatedDeviceModel(profile with { DataSize = DataSizeMeaning.Total }, new SimulatedDeviceOptions()).DataSizeBytes(Now);
        var sizes = Enumerable.Range(0, 500)
            .Select(seed => new SimulatedDeviceModel(profile, new SimulatedDeviceOptions { Seed = (ulong)seed }).ForetellStateBytes()).ToArray();

        Assert.Equal((1_100_000, 1_000_000), (most, total));
        Assert.True(sizes.Max() <= most);
        Assert.InRange(sizes.Average(), 990_000, 1_010_000);
    }

    private static DeviceProfile Profile(PreCopyProfile preCopy) => TestProfiles.With(TestProfiles.AllFlags, 1_000_000) with { PreCopy = preCopy };

    private static SimulatedDeviceModel InPreCopy(PreCopyProfile preCopy)
    {
        var model = new SimulatedDeviceModel(Profile(preCopy), new SimulatedDeviceOptions { Seed = 4 });
        Assert.Equal(Now, model.Begin(PreCopy, Now - 1_000_000).EndNanoseconds);
        return model;
    }
}
