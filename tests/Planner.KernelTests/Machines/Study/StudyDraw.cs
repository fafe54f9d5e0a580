namespace Planner.KernelTests;

/// <summary>What one migration of the study has to deal with.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Version">Its QEMU.</param>
/// <param name="Number">The how-manieth migration of this machine on this QEMU, from 1.</param>
/// <param name="Arcs">Its devices' arcs.</param>
/// <param name="StateBlocks">Its devices' states, in blocks of 4096 bytes.</param>
internal sealed record StudyDraw(StudyMachine Machine, string Version, int Number, IReadOnlyList<DeviceArcs> Arcs, IReadOnlyList<int> StateBlocks)
{
    // The 99th percentile is 1.3 times the median.
    private static readonly double Sigma = Math.Log(1.3) / 2.326;

    /// <summary>All arcs of all devices.</summary>
    public TimeSpan ArcsSum => TimeSpan.FromMilliseconds(Arcs.Sum(a => a.Sum));

    /// <summary>The state of all devices, in bytes.</summary>
    public long StateBytes => StateBlocks.Sum(b => (long)b * LabKnobs.BlockBytes);

    /// <summary>The pair that stands for it.</summary>
    public MachineSetup Setup => MachineSetup.Of([.. Arcs]) with
    {
        Version = Version,
        PagesPerTick = 10,
        StopBlocks = StateBlocks,
        SourceModels = Machine.Models,
        DestinationModels = Machine.Models,
    };

    /// <summary>Draws one.</summary>
    public static StudyDraw Of(StudyMachine machine, string version, int number, Random random)
    {
        return new(
            machine,
            version,
            number,
            [.. machine.Arcs.Select(a => new DeviceArcs(Draw(a.ToPreCopyP2P), Draw(a.ToStopCopy), Draw(a.FromResuming), Draw(a.ToRunningP2P), Draw(a.ToRunning)))],
            [.. machine.StateBytes.Select(b => Math.Max(1, (int)Math.Round(b * (0.95 + (0.1 * random.NextDouble())) / LabKnobs.BlockBytes)))]);

        // Log-normal, by Box and Muller.
        double Draw(double median) => median * Math.Exp(Sigma * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
