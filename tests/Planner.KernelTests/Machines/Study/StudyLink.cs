namespace Planner.KernelTests;

/// <summary>What a blackout costs beside the devices' arcs in this guest, on one QEMU: measured by migrations of QEMU alone.</summary>
/// <param name="BytesPerSecond">How fast a device's state goes from its source to its destination, checks included.</param>
/// <param name="Fixed">A blackout without arcs and nearly without state.</param>
internal readonly record struct StudyLink(double BytesPerSecond, TimeSpan Fixed)
{
    private const int Rounds = 3, LargeBlocks = 2048;

    /// <summary>Measures it.</summary>
    public static StudyLink Measure(string version)
    {
        // Under a wide limit QEMU leaves more memory for the blackout, so states are compared under the same one.
        var calm = Median(version, 1, 50);
        double small = Median(version, 1, 400).TotalSeconds, large = Median(version, LargeBlocks, 400).TotalSeconds;
        return new((LargeBlocks - 1.0) * LabKnobs.BlockBytes / Math.Max(large - small, 1e-3), calm);
    }

    /// <summary>What a migration needs, foreseeing everything.</summary>
    public TimeSpan Needs(StudyDraw draw) => draw.ArcsSum + Fixed + TimeSpan.FromSeconds(draw.StateBytes / BytesPerSecond);

    private static TimeSpan Median(string version, int blocks, double limitMilliseconds) => Enumerable.Range(0, Rounds).Select(_ =>
    {
        using var pair = new MachinePair(new MachineSetup { Version = version, Waits = false, PagesPerTick = 10, StopBlocks = [blocks] });
        Check.Equal("completed", pair.MigrateByQemuAlone(TimeSpan.FromMilliseconds(limitMilliseconds)));
        return pair.Truth!.Value;
    }).Order().ElementAt(Rounds / 2);
}
