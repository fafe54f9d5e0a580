using Planner.Measurements;
using static Planner.Measurements.DeviceState;

namespace Planner.KernelTests;

/// <summary>A machine in a nested QEMU, and another QEMU beside it that waits for the machine.</summary>
internal sealed class MachinePair : IDisposable
{
    private static readonly string[] Events = ["\"events\"", "\"return-path\""];

    private static int _count;

    private readonly MachineSetup _setup;
    private readonly Dictionary<int, long> _since = [];

    /// <summary>Starts both, and then tells the devices their arcs.</summary>
    public MachinePair(MachineSetup setup)
    {
        _setup = setup;
        Version = setup.Version ?? NestedQemu.Versions[0];
        Prepare(setup.Source, setup.SourceModels);
        Prepare(setup.Destination, setup.DestinationModels);

        // Each pair is another machine: the planner does not touch one again whose last migration needs a person.
        _count++;
        Source = new NestedQemu($"A{_count}", Version, setup, isDestination: false);
        try
        {
            Destination = new NestedQemu($"B{_count}", Version, setup, isDestination: true);
        }
        catch
        {
            Source.Dispose();
            throw;
        }

        for (var i = 0; i < Math.Min(setup.Arcs.Count, setup.Destination.Count); i++)
        {
            setup.Arcs[i].Set(Knobs(setup.Source[i]), Knobs(setup.Destination[i]));
        }

        Source.Monitor.Execute("migrate-set-parameters", $$"""{"max-bandwidth":{{setup.BytesPerSecond}}}""");
        foreach (var number in setup.Source.Concat(setup.Destination))
        {
            _since[number] = Knobs(number).LastSequence;
        }

        // The guest has found its devices, filled its working set and counts.
        WaitUntil(() => GuestCheck.Read(Source.Monitor).Ticks > 10, "the guest does not count");
    }

    public string Version { get; }

    public NestedQemu Source { get; }

    public NestedQemu Destination { get; }

    /// <summary>What the device on the source can be told.</summary>
    public LabKnobs SourceKnobs => Knobs(_setup.Source[0]);

    /// <summary>What the device on the destination can be told.</summary>
    public LabKnobs DestinationKnobs => Knobs(_setup.Destination[0]);

    /// <summary>
    /// How long the machine was dark, as the devices have seen it: from the beginning of the first arc of the switchover on the source to the end of
    /// the last one on the destination. Null if the switchover was not walked to its end, or there is no device.
    /// </summary>
    public TimeSpan? Truth
    {
        get
        {
            var began = ArcsOf(_setup.Source).Where(a => a.Arc == new Arc(PreCopy, PreCopyP2P)).Select(a => a.Began).DefaultIfEmpty(TimeSpan.MaxValue).Min();
            var ends = ArcsOf(_setup.Destination).Where(a => a.Arc == new Arc(RunningP2P, Running) && a.Errno == 0 && a.Began > began).ToList();
            return ends.Count > 0 && ends.Count == _setup.Destination.Count ? ends.Max(a => a.Ended) - began : null;
        }
    }

    /// <summary>The arcs of the source's devices since the start.</summary>
    public IReadOnlyList<LabArc> SourceArcs => ArcsOf(_setup.Source);

    /// <summary>The arcs of the destination's devices since the start.</summary>
    public IReadOnlyList<LabArc> DestinationArcs => ArcsOf(_setup.Destination);

    /// <summary>Waits for something that has to come.</summary>
    public static void WaitUntil(Func<bool> condition, string otherwise)
    {
        for (var rounds = 0; !condition(); rounds++)
        {
            Check.That(rounds < 1000, otherwise);
            Thread.Sleep(10);
        }
    }

    /// <summary>Migrates by QEMU's own decision alone, and waits for the end.</summary>
    /// <returns>How it ended on the source, such as <c>completed</c>.</returns>
    public string MigrateByQemuAlone(TimeSpan limit, TimeSpan? patience = null)
    {
        foreach (var qemu in new[] { Source, Destination })
        {
            qemu.Monitor.Execute("migrate-set-capabilities", $$"""{"capabilities":[{{string.Join(',', Events.Select(c => $$"""{"capability":{{c}},"state":true}"""))}}]}""");
        }

        File.Delete("/tmp/alone");
        Source.Monitor.Execute("migrate-set-parameters", $$"""{"downtime-limit":{{(long)limit.TotalMilliseconds}}}""");
        Destination.Monitor.Execute("migrate-incoming", """{"uri":"unix:/tmp/alone"}""");
        Source.Monitor.Execute("migrate", """{"uri":"unix:/tmp/alone"}""");
        if (Source.Monitor.WaitFor(e => e.EndsMigration, patience ?? TimeSpan.FromSeconds(20)) is not { } ended)
        {
            return "endless";
        }

        if (ended.MigrationStatus == "completed")
        {
            WaitUntil(() => Destination.Monitor.IsRunning() && Truth is not null, "the destination does not run");
        }

        return ended.MigrationStatus!;
    }

    /// <summary>Checks that a guest runs and counts, and that its devices hold what it believes.</summary>
    public void CheckCounting(NestedQemu qemu, long mismatches = 0)
    {
        Check.That(qemu.Monitor.IsRunning(), "the guest does not run");
        var before = GuestCheck.Read(qemu.Monitor);
        WaitUntil(() => GuestCheck.Read(qemu.Monitor).Ticks > before.Ticks + 2, "the guest does not count any more");
        var after = GuestCheck.Read(qemu.Monitor);
        Check.Equal(mismatches, after.Mismatches);
        Check.Equal((long)(qemu == Source ? _setup.Source : _setup.Destination).Count, after.Devices);
    }

    /// <summary>Checks that the guest runs on one side, and not on the other.</summary>
    public void CheckRunsOnly(NestedQemu qemu, long mismatches = 0)
    {
        CheckCounting(qemu, mismatches);
        var other = qemu == Source ? Destination : Source;
        Check.That(!other.IsAlive || !other.Monitor.IsRunning(), "the guest runs on both sides");
    }

    public void Dispose()
    {
        Source.Dispose();
        Destination.Dispose();
    }

    private static LabKnobs Knobs(int number) => new(number);

    private void Prepare(IReadOnlyList<int> numbers, IReadOnlyList<int> models)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            var knobs = Knobs(numbers[i]);
            knobs.Clear();
            knobs.Size(_setup.PreCopyBlocks, _setup.StopBlocks.Count > i ? _setup.StopBlocks[i] : 16);
            knobs.Set("model", $"{(models.Count > i ? models[i] : 1)}");
        }
    }

    private List<LabArc> ArcsOf(IReadOnlyList<int> numbers) => [.. numbers.SelectMany(n => Knobs(n).Log(_since[n]))];
}
