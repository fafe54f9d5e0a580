namespace Planner.KernelTests;

/// <summary>What a blackout costs beside the devices' arcs in this guest, on one QEMU: measured by migrations of QEMU alone.</summary>
/// <param name="BytesPerSecond">How fast a device's state goes from its source to its destination, checks included.</param>
/// <param name="Fixed">A blackout without arcs and nearly without state.</param>
internal readonly record struct StudyLink(double BytesPerSecond, TimeSpan Fixed)
{
    private const int Rounds = 3, MostRounds = 9, LargeBlocks = 2048;

    /// <summary>Measures it.</summary>
    public static StudyLink Measure(string version)
    {
        // Under a wide limit QEMU leaves more memory for the blackout, so states are compared under the same one.
        var calm = Median(version, 1, 100);
        double small = Median(version, 1, 1000).TotalSeconds, large = Median(version, LargeBlocks, 1000).TotalSeconds;
        return new((LargeBlocks - 1.0) * LabKnobs.BlockBytes / Math.Max(large - small, 1e-3), calm);
    }

    /// <summary>What a migration needs, foreseeing everything.</summary>
    public TimeSpan Needs(StudyDraw draw) => draw.ArcsSum + Fixed + TimeSpan.FromSeconds(draw.StateBytes / BytesPerSecond);

    // On a busy host QEMU may measure a link so slow that it never stops.
    private static TimeSpan Median(string version, int blocks, double limitMilliseconds)
    {
        var blackouts = new List<TimeSpan>();
        for (var round = 0; round < MostRounds && blackouts.Count < Rounds; round++)
        {
            using var pair = new MachinePair(new MachineSetup { Version = version, Waits = false, PagesPerTick = 10, StopBlocks = [blocks] });
            if (pair.MigrateByQemuAlone(TimeSpan.FromMilliseconds(limitMilliseconds)) == "completed")
            {
                blackouts.Add(pair.Truth!.Value);
            }
        }

        Check.Equal(Rounds, blackouts.Count);
        return blackouts.Order().ElementAt(Rounds / 2);
    }
}
