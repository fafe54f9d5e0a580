using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>
/// What is known about the classes of a machine's devices: recalled from earlier runs, and noted as this one goes on. It
/// gives the input of every decision, and at the end the batch of what is new.
/// </summary>
public sealed class EvidenceBook
{
    /// <summary>The number of samples that count in each series: the latest.</summary>
    public const int Window = SampleWindow.DefaultCapacity;

    private readonly MigrationPlan _plan;
    private readonly SlaTerms _sla;
    private readonly Dictionary<(string DeviceClass, Arc Arc), SampleList> _arcs = [];
    private readonly Dictionary<(MigrationSide Side, int Device, Arc Arc), double> _worst = [];
    private readonly Dictionary<string, SampleList> _sizeRatios = [];
    private readonly Dictionary<string, SampleList> _untoldSizes = [];
    private readonly SampleList _fixedSeconds = new(Window);
    private readonly SampleList _bytesPerSecond = new(Window);
    private readonly Dictionary<BlackoutSpan, Queue<PastBlackout>> _blackouts = new()
    {
        [BlackoutSpan.Whole] = new(),
        [BlackoutSpan.AfterQuiesce] = new(),
    };

    private FirstGuesser? _guesser;

    private readonly List<ArcSample> _newArcs = [];
    private readonly List<TransferSample> _newTransfers = [];
    private readonly List<StateSizeSample> _newSizes = [];
    private readonly List<BlackoutSample> _newBlackouts = [];

    /// <summary>Makes an empty book.</summary>
    /// <param name="plan">The migration.</param>
    /// <param name="sla">The promise, with nothing elapsed.</param>
    public EvidenceBook(MigrationPlan plan, SlaTerms sla)
    {
        _plan = plan;
        _sla = sla;
        DeviceClass = Joined(plan.Devices.Select(d => d.Source.DeviceClass));
        Link = Joined(plan.Devices.Select(d => $"{d.Source.DeviceClass}->{d.Destination.DeviceClass}"));
    }

    /// <summary>The machine's device classes, sorted and joined by <c>+</c>: what its blackouts are kept under.</summary>
    public string DeviceClass { get; }

    /// <summary>The pairs of device classes, sorted and joined by <c>+</c>: what its transfers are kept under.</summary>
    public string Link { get; }

    /// <summary>All that was noted in this session.</summary>
    public MeasurementBatch Noted => new() { Arcs = [.. _newArcs], Transfers = [.. _newTransfers], StateSizes = [.. _newSizes], Blackouts = [.. _newBlackouts] };

    /// <summary>Takes over what was measured in earlier runs; each list oldest first.</summary>
    public void Recall(MeasurementBatch batch)
    {
        foreach (var sample in batch.Arcs)
        {
            Add(sample);
        }

        foreach (var sample in batch.Transfers)
        {
            Add(sample);
        }

        foreach (var sample in batch.StateSizes)
        {
            Add(sample);
        }

        foreach (var sample in batch.Blackouts)
        {
            Add(sample);
        }
    }

    /// <summary>Takes over a learned model, for the time in which no blackout of this class is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="title">Its name and version.</param>
    public void UseModel(ColdStartModel model, string title) => _guesser = new FirstGuesser(model, title, _sla.Confidence);

    /// <summary>Takes over the worst latency that a device reports, or that its profile states, for an arc.</summary>
    public void StateWorstCase(MigrationSide side, int device, Arc arc, TimeSpan worst) => _worst[(side, device, arc)] = worst.TotalSeconds;

    /// <summary>Notes an arc of this session.</summary>
    public void Note(ArcSample sample)
    {
        _newArcs.Add(sample);
        Add(sample);
    }

    /// <summary>Notes a transfer of this session.</summary>
    public void Note(TransferSample sample)
    {
        _newTransfers.Add(sample);
        Add(sample);
    }

    /// <summary>Notes a state size of this session.</summary>
    public void Note(StateSizeSample sample)
    {
        _newSizes.Add(sample);
        Add(sample);
    }

    /// <summary>Notes a blackout of this session.</summary>
    public void Note(BlackoutSample sample)
    {
        _newBlackouts.Add(sample);
        Add(sample);
    }

    /// <summary>The input of a decision at this moment.</summary>
    /// <param name="state">Where the engine is.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public DecisionSnapshot Snapshot(EngineState state, long nowNanoseconds)
    {
        var snapshot = Measured(state, nowNanoseconds);
        return _guesser is null || snapshot.PastBlackouts.Count > 0 ? snapshot : snapshot with { FirstGuess = _guesser.Guess(snapshot) };
    }

    private DecisionSnapshot Measured(EngineState state, long nowNanoseconds) => new()
    {
        Sla = _sla with
        {
            ElapsedSeconds = (nowNanoseconds - state.StartedNanoseconds) / 1e9,
            PausedSeconds = state.BlackoutNanoseconds(nowNanoseconds) / 1e9,
        },
        Transfer = _fixedSeconds.Count == 0 && _bytesPerSecond.Count == 0
            ? null
            : new TransferEvidence { FixedSeconds = _fixedSeconds.ToArray(), BytesPerSecond = _bytesPerSecond.ToArray() },
        Devices = [.. _plan.Devices.Select((device, i) => Evidence(device, i, state.Sources[i].State, state.Streams[i].ExpectedBytes))],
        PastBlackouts = [.. _blackouts[BlackoutSpan.Whole]],
        PastBlackoutsAfterQuiesce = [.. _blackouts[BlackoutSpan.AfterQuiesce]],
    };

    private static string Joined(IEnumerable<string> names) => string.Join('+', names.Order(StringComparer.Ordinal));

    /// <summary>The source's arcs come from the source's class, those of the start from the destination's.</summary>
    /// <remarks>Where only one side has P2P, an arc that only the source walks by itself is one of its way back.</remarks>
    private static MigrationSide SideOf(Arc arc, DevicePlan device)
    {
        var isOfTheStart = arc.From == DeviceState.Resuming
            || arc is { From: DeviceState.Stop, To: DeviceState.RunningP2P }
            || arc is { From: DeviceState.Stop or DeviceState.RunningP2P, To: DeviceState.Running };
        return isOfTheStart && (MigrationStateMachine.IsSingleArc(arc, device.Destination.Capabilities) || !MigrationStateMachine.IsSingleArc(arc, device.Source.Capabilities))
            ? MigrationSide.Destination
            : MigrationSide.Source;
    }

    private static SampleList ListOf<TKey>(Dictionary<TKey, SampleList> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists[key] = list = new SampleList(Window);
        }

        return list;
    }

    private DeviceEvidence Evidence(DevicePlan device, int index, DeviceState? state, long? expectedBytes)
    {
        // A device that tells no size is expected to carry what its class has carried.
        var history = ListOf(_untoldSizes, device.Source.DeviceClass);
        var typical = expectedBytes is null ? history.Median() : null;
        var flags = device.UsesPreCopy ? device.Source.Capabilities : device.Source.Capabilities & ~MigrationCapabilities.PreCopy;
        return new DeviceEvidence
        {
            Name = device.Name,
            Class = device.Source.DeviceClass,
            State = state?.Name(),
            Flags = flags.Names(),
            DestinationFlags = device.Destination.Capabilities == device.Source.Capabilities ? [] : device.Destination.Capabilities.Names(),
            StateBytes = expectedBytes ?? (long?)typical,
            StateSizeRatios = typical is > 0
                ? [.. history.ToArray().Select(bytes => bytes / typical.Value)]
                : expectedBytes is null ? [] : ListOf(_sizeRatios, device.Source.DeviceClass).ToArray(),
            Arcs = Arcs(device, index),
        };
    }

    private List<ArcEvidence> Arcs(DevicePlan device, int index)
    {
        var arcs = new SortedDictionary<string, ArcEvidence>(StringComparer.Ordinal);
        foreach (var ((deviceClass, arc), samples) in _arcs)
        {
            if (device.Offer(SideOf(arc, device)).DeviceClass == deviceClass)
            {
                arcs[arc.ToString()] = new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = samples.ToArray() };
            }
        }

        foreach (var ((side, of, arc), seconds) in _worst)
        {
            if (of == index && side == SideOf(arc, device))
            {
                var known = arcs.GetValueOrDefault(arc.ToString()) ?? new ArcEvidence { From = arc.From.Name(), To = arc.To.Name() };
                arcs[arc.ToString()] = known with { WorstSeconds = seconds };
            }
        }

        return [.. arcs.Values];
    }

    private void Add(ArcSample sample)
    {
        if (sample.Outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate)
        {
            ListOf(_arcs, (sample.DeviceClass, sample.Arc)).Add(sample.Duration.TotalSeconds);
        }
    }

    private void Add(TransferSample sample)
    {
        if (sample.Phase != TransferPhase.StopCopy || sample.Link != Link)
        {
            return;
        }

        _fixedSeconds.Add(sample.Fixed.TotalSeconds);
        if (sample.Bytes > 0 && sample.Moving > TimeSpan.Zero)
        {
            _bytesPerSecond.Add(sample.Bytes / sample.Moving.TotalSeconds);
        }
    }

    private void Add(StateSizeSample sample)
    {
        if (sample.ExpectedBytes is null)
        {
            ListOf(_untoldSizes, sample.DeviceClass).Add(sample.ActualBytes);
        }
        else if (sample.ExpectedBytes > 0)
        {
            ListOf(_sizeRatios, sample.DeviceClass).Add((double)sample.ActualBytes / sample.ExpectedBytes.Value);
        }
    }

    private void Add(BlackoutSample sample)
    {
        if (sample.Kind == BlackoutKind.Shadow || sample.DeviceClass != DeviceClass || sample.Predicted <= TimeSpan.Zero)
        {
            return;
        }

        var queue = _blackouts[sample.Span];
        if (queue.Count == Window)
        {
            queue.Dequeue();
        }

        queue.Enqueue(new PastBlackout(sample.Predicted.TotalSeconds, sample.Actual.TotalSeconds));
    }
}
