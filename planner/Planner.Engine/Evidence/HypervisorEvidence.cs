using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>What is known of the switchovers of a class of machines: recalled from earlier migrations, and noted as this one ends.</summary>
/// <remarks>
/// The machine is one participant with the flags STOP_COPY and PRE_COPY. Its parts are: the guest stops (PRE_COPY->STOP_COPY), a fixed part for the devices'
/// state, the final memory, the destination has loaded (RESUMING->STOP), the guest runs (STOP->RUNNING). How fast the stop phase sends is kept as a
/// multiple of the rate that pre-copy had at that time, so that what one link taught helps on another.
/// </remarks>
public sealed class HypervisorEvidence
{
    /// <summary>The participant's name in explanations.</summary>
    public const string Participant = "machine";

    /// <summary>The migrations that count: the latest.</summary>
    public const int Window = SampleWindow.DefaultCapacity;

    /// <summary>From the permission until the guest stands. Outside the blackout, but the guest writes meanwhile.</summary>
    public static readonly Arc Commit = new(DeviceState.PreCopy, DeviceState.Stop);

    /// <summary>From the stop of the guest until the source sends the rest.</summary>
    public static readonly Arc Stop = new(DeviceState.PreCopy, DeviceState.StopCopy);

    /// <summary>From the source's end until the destination has loaded.</summary>
    public static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Stop);

    /// <summary>From loaded to running.</summary>
    public static readonly Arc Run = new(DeviceState.Stop, DeviceState.Running);

    // While nothing was measured: what two hosts without acceleration showed. QEMU looks at its threshold every 100 ms.
    private static readonly Dictionary<Arc, double[]> Assumed = new()
    {
        [Commit] = [0.01, 0.03, 0.05, 0.07, 0.09],
        [Stop] = [0.001],
        [Load] = [0.0005],
        [Run] = [0.001],
    };

    private const double AssumedFixedSeconds = 0.006;
    private const int TransfersForLine = 8;
    private const int LatestDirtyWindows = 64;

    private readonly Dictionary<Arc, SampleList> _arcs = [];
    private readonly Queue<PastBlackout> _blackouts = new();
    private readonly Queue<(double PreCopySeconds, double Seconds)> _stopPhases = new();
    private readonly SampleList _unforeseenBytes = new(Window);
    private readonly List<ArcSample> _newArcs = [];
    private readonly List<StateSizeSample> _newSizes = [];
    private readonly List<TransferSample> _newTransfers = [];
    private readonly List<BlackoutSample> _newBlackouts = [];
    private double[] _fixedSeconds = [AssumedFixedSeconds];
    private double[] _ratios = [1];

    /// <summary>Starts without evidence, for machines without passed-through devices.</summary>
    /// <param name="machineClass">The class, such as <c>qemu/10.0/tcg</c>.</param>
    public HypervisorEvidence(string machineClass)
    {
        MachineClass = machineClass;
        Link = $"{machineClass}->{machineClass}";
    }

    /// <summary>Starts without evidence, for machines like one.</summary>
    /// <param name="offer">The machine.</param>
    public HypervisorEvidence(HypervisorOffer offer)
        : this(offer.MachineClass)
    {
        if (offer.Devices.Count > 0)
        {
            Devices = new PassedDeviceEvidence(offer.MachineClass, offer.TellsArcs ? offer.Devices : []);
        }
    }

    private HypervisorEvidence(string machineClass, PassedDeviceEvidence devices)
        : this(machineClass) => Devices = devices;

    /// <summary>Starts without evidence for a machine that turns out to have passed-through devices of which nothing else is known. What is known of
    /// machines without devices says nothing about it.</summary>
    /// <param name="offer">The machine.</param>
    /// <param name="machine">Its name.</param>
    public static HypervisorEvidence OfUnknownDevices(HypervisorOffer offer, string machine)
    {
        var machineClass = $"{offer.HypervisorClass}/unknown of {machine}/whole";
        return new HypervisorEvidence(machineClass, new PassedDeviceEvidence(machineClass, []));
    }

    /// <summary>The class that blackouts and the hypervisor's own parts are kept under.</summary>
    public string MachineClass { get; }

    /// <summary>What transfers are kept under.</summary>
    public string Link { get; }

    /// <summary>What is known of the machine's passed-through devices; null if it has none.</summary>
    public PassedDeviceEvidence? Devices { get; }

    /// <summary>The classes whose arcs and sizes are of interest.</summary>
    public IReadOnlyList<string> Classes => [MachineClass, .. Devices?.Classes ?? []];

    /// <summary>The links whose transfers are of interest.</summary>
    public IReadOnlyList<string> Links => [Link, .. Devices is null ? [] : new[] { Devices.StateClass }];

    /// <summary>How long stops have taken from the permission on, in seconds.</summary>
    public IReadOnlyList<double> CommitSeconds => Seconds(Commit);

    /// <summary>What stop phases carried beside the memory that was foretold, on the median, in bytes: the state of the hypervisor's own devices.</summary>
    public long OwnStateBytes => (long)Math.Max(0, _unforeseenBytes.Median() ?? 0);

    /// <summary>All that was noted in this session.</summary>
    public MeasurementBatch Noted => new() { Arcs = [.. _newArcs], Transfers = [.. _newTransfers], StateSizes = [.. _newSizes], Blackouts = [.. _newBlackouts] };

    /// <summary>Takes over what was measured in earlier migrations; each list oldest first.</summary>
    public void Recall(MeasurementBatch batch)
    {
        foreach (var arc in batch.Arcs)
        {
            Add(arc);
        }

        // The two phases of one migration are kept with one time.
        var preCopy = batch.Transfers.Where(t => t.Phase == TransferPhase.PreCopy).GroupBy(t => t.At).ToDictionary(g => g.Key, g => g.Last());
        foreach (var stop in batch.Transfers.Where(t => t.Phase == TransferPhase.StopCopy))
        {
            Devices?.Add(stop);
            if (preCopy.TryGetValue(stop.At, out var before))
            {
                Add(before, stop);
            }
        }

        foreach (var size in batch.StateSizes)
        {
            Add(size);
        }

        foreach (var blackout in batch.Blackouts)
        {
            Add(blackout);
        }

        Fit();
    }

    /// <summary>Notes an arc of this migration.</summary>
    public void Note(ArcSample sample)
    {
        _newArcs.Add(sample);
        Add(sample);
    }

    /// <summary>Notes the transfers of this migration; both with the same time.</summary>
    /// <param name="preCopy">Pre-copy, as fast as it was before the guest stopped.</param>
    /// <param name="stop">The stop phase.</param>
    public void Note(TransferSample preCopy, TransferSample stop)
    {
        _newTransfers.AddRange([preCopy, stop]);
        Add(preCopy, stop);
        Fit();
    }

    /// <summary>Notes how long reading and loading the devices' state took in this migration beyond what the link took.</summary>
    public void NoteState(TransferSample sample)
    {
        _newTransfers.Add(sample);
        Devices?.Add(sample);
    }

    /// <summary>Notes what the stop phase of this migration carried beside what was foretold.</summary>
    public void Note(StateSizeSample sample)
    {
        _newSizes.Add(sample);
        Add(sample);
    }

    /// <summary>Notes the blackout of this migration.</summary>
    public void Note(BlackoutSample sample)
    {
        _newBlackouts.Add(sample);
        Add(sample);
    }

    /// <summary>The input of a decision.</summary>
    /// <param name="sla">The promise, with what has elapsed.</param>
    /// <param name="bytesPerSecond">What pre-copy sends at; above 0.</param>
    /// <param name="ramBytes">The memory expected to be left at the stop.</param>
    /// <param name="deviceBytes">The state of passed-through devices that is expected, in bytes; 0 if there is none.</param>
    /// <param name="windows">What the guest wrote, oldest first.</param>
    public DecisionSnapshot Snapshot(SlaTerms sla, double bytesPerSecond, double ramBytes, long deviceBytes, IReadOnlyList<DirtyWindowEvidence> windows)
    {
        var spread = Devices is null ? null : new AssumedSpread(sla.Confidence ?? SlaTerms.DefaultConfidence);
        var isWhole = Devices is { TellsArcs: false };
        var (stateSeconds, stateAssumed) = isWhole ? Devices!.StateSeconds(deviceBytes, spread!) : ([], 0);
        var machine = new DeviceEvidence
        {
            Name = Participant,
            Class = MachineClass,
            State = DeviceState.PreCopy.Name(),
            Flags = ["STOP_COPY", "PRE_COPY"],
            StateBytes = OwnStateBytes + (isWhole || Devices is null ? deviceBytes : 0),
            StateSizeRatios = isWhole ? Devices!.SizeRatios : [],
            StateSeconds = stateSeconds,
            StateSecondsAssumed = stateAssumed,
            Arcs = [.. new[] { Stop, Load, Run }.Select(arc => Evidence(arc, spread))],
        };
        return new DecisionSnapshot
        {
            Sla = sla,
            Ram = new RamEvidence { RemainingBytes = (long)Math.Ceiling(ramBytes), DirtyWindows = [.. windows.TakeLast(LatestDirtyWindows)] },
            Transfer = new TransferEvidence { FixedSeconds = _fixedSeconds, BytesPerSecond = [.. _ratios.Select(r => Math.Max(1, r * bytesPerSecond))] },
            Devices = Devices is null || isWhole ? [machine] : [machine, .. Devices.Snapshot(deviceBytes, spread!)],
            DevicesInSeries = Devices is not null,
            WholeOnly = isWhole,
            PastBlackouts = [.. _blackouts],
        };
    }

    private ArcEvidence Evidence(Arc arc, AssumedSpread? spread)
    {
        var isMeasured = _arcs.ContainsKey(arc);
        var (seconds, assumed) = spread is null ? (Seconds(arc), 0) : isMeasured ? spread.Of(Seconds(arc)) : (Assumed[arc], Assumed[arc].Length);
        return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = seconds, Assumed = assumed };
    }

    private double[] Seconds(Arc arc) => _arcs.TryGetValue(arc, out var list) ? list.ToArray() : Assumed[arc];

    private void Add(ArcSample sample)
    {
        Devices?.Add(sample);
        if (sample.DeviceClass != MachineClass || !Assumed.ContainsKey(sample.Arc))
        {
            return;
        }

        if (!_arcs.TryGetValue(sample.Arc, out var list))
        {
            _arcs[sample.Arc] = list = new SampleList(Window);
        }

        list.Add(sample.Duration.TotalSeconds);
    }

    private void Add(TransferSample preCopy, TransferSample stop)
    {
        if (preCopy.Link != Link || stop.Link != Link || preCopy.Bytes == 0 || preCopy.Moving <= TimeSpan.Zero)
        {
            return;
        }

        if (_stopPhases.Count == Window)
        {
            _stopPhases.Dequeue();
        }

        _stopPhases.Enqueue((stop.Bytes / (preCopy.Bytes / preCopy.Moving.TotalSeconds), (stop.Fixed + stop.Moving).TotalSeconds));
    }

    private void Add(StateSizeSample sample)
    {
        Devices?.Add(sample);
        if (sample.DeviceClass == MachineClass && sample.ExpectedBytes is { } expected)
        {
            _unforeseenBytes.Add(sample.ActualBytes - expected);
        }
    }

    private void Add(BlackoutSample sample)
    {
        if (sample.Kind == BlackoutKind.Shadow || sample.DeviceClass != MachineClass || sample.Predicted <= TimeSpan.Zero)
        {
            return;
        }

        if (_blackouts.Count == Window)
        {
            _blackouts.Dequeue();
        }

        _blackouts.Enqueue(new PastBlackout(sample.Predicted.TotalSeconds, sample.Actual.TotalSeconds));
    }

    /// <summary>Splits the stop phases into a fixed part and a multiple of pre-copy's rate.</summary>
    /// <remarks>A line through few of them, or through sizes that hardly differ, tells nothing; then the stop phase is taken to be as fast as pre-copy.</remarks>
    private void Fit()
    {
        if (_stopPhases.Count == 0)
        {
            return;
        }

        var line = new StopPhaseTransfer();
        foreach (var (preCopySeconds, seconds) in _stopPhases.Where(p => p.Seconds > 0))
        {
            line.Add(preCopySeconds, seconds);
        }

        if (line.Count >= TransfersForLine && line.FixedPart == FixedPartSource.Line)
        {
            (_fixedSeconds, _ratios) = ([.. line.FixedSamples], [.. line.RateSamples]);
        }
        else
        {
            (_fixedSeconds, _ratios) = ([.. _stopPhases.Select(p => Math.Max(0, p.Seconds - p.PreCopySeconds))], [1]);
        }
    }
}
