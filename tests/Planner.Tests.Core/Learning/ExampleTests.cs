using Planner.Estimators;
using Planner.Evaluation;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class ExampleTests
{
    private static readonly IReadOnlyList<ColdStartExample> Drawn = GeneratedExamples.Draw(GeneratedExamples.Trained, 3, groups: 120, rows: 5);

    [Fact]
    public void Examples_of_a_first_migration_know_what_a_real_one_would()
    {
        var groups = Drawn.GroupBy(e => e.Group).ToList();

        Assert.Equal(120, groups.Count);
        Assert.InRange(Share(e => double.IsNaN(e.Features.BandwidthBytesPerSecond)), 0.4, 0.6);
        Assert.InRange(Share(e => e.Features.RamRemainingBytes == 0), 0.15, 0.35);
        Assert.All(groups, g => Assert.Single(g.Select(e => (e.Features.DeviceCount, e.Features.StateBytes, e.Features.StatedArcsSeconds)).Distinct()));
        var withDevices = groups.Where(g => g.First().Features.DeviceCount > 0).ToList();
        Assert.InRange(withDevices.Count(g => g.First().Features.StatedArcsSeconds > 0) / (double)withDevices.Count, 0.35, 0.65);
        Assert.All(withDevices, g => Assert.InRange(g.First().Features.DeviceCount, 1, 8));
        Assert.Contains(Drawn, e => e.Features.Phase == MigrationPhase.Idle);
        Assert.Contains(Drawn, e => e.Features.DirtyShortBytesPerSecond > e.Features.DirtyLongBytesPerSecond);
        Assert.All(Drawn, e => Assert.InRange(e.ActualSeconds, 1e-5, 120));
    }

    [Fact]
    public void No_two_groups_share_a_device_or_a_link()
    {
        var groups = Drawn.Where(e => e.Features.DeviceCount > 0).GroupBy(e => e.Group).Select(g => g.First().Features).ToList();

        Assert.Equal(groups.Count, groups.Select(f => f.StateBytes).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_examples_and_another_one_others()
    {
        Assert.Equal(Drawn, GeneratedExamples.Draw(GeneratedExamples.Trained, 3, groups: 120, rows: 5));
        Assert.NotEqual(Drawn, GeneratedExamples.Draw(GeneratedExamples.Trained, 4, groups: 120, rows: 5));
    }

    [Fact]
    public void A_recorded_pre_copy_migration_is_an_example_and_its_configuration_a_group()
    {
        var examples = RecordingExamples.From(QemuFixtures.All);

        Assert.Equal(20, examples.Count);
        Assert.Equal(
            ["autoconverge-16t", "precopy-convergent", "precopy-nonconvergent-16t", "precopy-nonconvergent-onlyreads-16t"],
            examples.Select(e => e.Group).Distinct());
        Assert.All(examples, e => Assert.Equal(e.Group == "autoconverge-16t" ? MigrationPhase.Throttled : MigrationPhase.PreCopy, e.Features.Phase));
        Assert.All(examples, e => Assert.InRange(e.ActualSeconds, 0.005, 0.1));
        Assert.All(examples, e => Assert.InRange(e.Features.BandwidthBytesPerSecond, 1e8, 2e8));
        Assert.All(examples, e => Assert.True(e.Features is { DeviceCount: 0, StateBytes: 0, RamRemainingBytes: > 1e6, DirtyLongBytesPerSecond: > 0 }));
    }

    private static double Share(Func<ColdStartExample, bool> holds) => Drawn.Count(holds) / (double)Drawn.Count;
}
