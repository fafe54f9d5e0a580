using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>What is known, as a decision about devices that the planner walks itself reads it.</summary>
/// <remarks>Serves one migration. Not for use by several threads at once; snapshots and evaluators are immutable.</remarks>
public sealed class DeviceSnapshots
{
    private readonly MigrationPlan _plan;
    private readonly SlaTerms _sla;
    private readonly EvidenceMemory _memory;
    private readonly Dictionary<(MigrationSide Side, int Device, Arc Arc), double> _worst = [];
    private readonly (ClassEvidence Source, ClassEvidence Destination, DeviceEvidence Evidence)?[] _latest;
    private readonly EvaluatorBuilder _evaluators = new();
    private readonly EvidenceKey _key;
    private readonly string _place;
    private readonly string _link;
    private FirstGuesser? _guesser;

    /// <summary>Starts for a migration.</summary>
    /// <param name="plan">The migration.</param>
    /// <param name="sla">The promise, with nothing elapsed.</param>
    /// <param name="memory">What is known. More may come.</param>
    public DeviceSnapshots(MigrationPlan plan, SlaTerms sla, EvidenceMemory memory)
    {
        _plan = plan;
        _sla = sla;
        _memory = memory;
        (_key, _link) = (plan.Key, plan.Link);
        _place = EvidenceKey.Printable(_key.Place);
        _latest = new (ClassEvidence, ClassEvidence, DeviceEvidence)?[plan.Devices.Length];
    }

    /// <summary>Whether other work has this host's processors busy now.</summary>
    public bool HostIsBusy { get; set; }

    /// <summary>Takes over a learned model, for the time in which no blackout of this class is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="title">Its name and version.</param>
    public void UseModel(ColdStartModel model, string title) => _guesser = new FirstGuesser(model, title, _sla.AllowedMisses);

    /// <summary>Takes over the worst latency that a device reports, or that its profile states, for an arc.</summary>
    public void StateWorstCase(MigrationSide side, int device, Arc arc, TimeSpan worst) => _worst[(side, device, arc)] = worst.TotalSeconds;

    /// <summary>What decides at this moment.</summary>
    /// <param name="state">Where the engine is.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    /// <exception cref="InvalidSnapshotException">Something is known that cannot be.</exception>
    public SwitchoverEvaluator Evaluator(EngineState state, long nowNanoseconds) => _evaluators.Build(Snapshot(state, nowNanoseconds));

    /// <summary>The input of a decision at this moment.</summary>
    /// <param name="state">Where the engine is.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public DecisionSnapshot Snapshot(EngineState state, long nowNanoseconds)
    {
        var view = _memory.View(_sla.AllowedMisses);
        var link = view.Over(_link);
        var snapshot = new DecisionSnapshot
        {
            Sla = _sla with
            {
                ElapsedSeconds = (nowNanoseconds - state.StartedNanoseconds) / 1e9,
                PausedSeconds = state.BlackoutNanoseconds(nowNanoseconds) / 1e9,
            },
            Transfer = link.FixedSeconds.Count == 0 ? null : new TransferEvidence { FixedSeconds = link.FixedSeconds, BytesPerSecond = link.BytesPerSecond },
            Devices = [.. _plan.Devices.Select((device, i) => Device(view, device, i, state.Sources[i].State, state.Streams[i]))],
            TermsOfLikeMachines = true,
            Place = _place,
            PastBlackouts = view.Blackouts(_key.Text, BlackoutSpan.Whole),
            PastBlackoutsAfterQuiesce = view.Blackouts(_key.Text, BlackoutSpan.AfterQuiesce),
            PastBlackoutsOfLikeMachines = view.OfLikeMachines(_key, BlackoutSpan.Whole, _sla.AllowedMisses),
            PastBlackoutsOfLikeMachinesAfterQuiesce = view.OfLikeMachines(_key, BlackoutSpan.AfterQuiesce, _sla.AllowedMisses),
            HostIsBusy = HostIsBusy,
            PastBlackoutsOnBusyHost = view.Blackouts(_key.Text, BlackoutSpan.Whole, MomentKind.BusyHost),
            PastBlackoutsOnBusyHostAfterQuiesce = view.Blackouts(_key.Text, BlackoutSpan.AfterQuiesce, MomentKind.BusyHost),
        };
        return _guesser is null || snapshot.PastBlackouts.Count > 0 ? snapshot : snapshot with { FirstGuess = _guesser.Guess(snapshot) };
    }

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

    /// <summary>A device of which nothing has changed stays the same object, so that nothing of it is made again.</summary>
    private DeviceEvidence Device(EvidenceView view, DevicePlan device, int index, DeviceState? state, StreamProgress stream)
    {
        var expectedBytes = stream.ExpectedBytes;
        var (source, destination) = (view.Of(device.Source.DeviceClass), view.Of(device.Destination.DeviceClass));
        var preCopied = device.UsesPreCopy ? stream.FirstSetBytes : (long?)null;

        // A device that tells no size is expected to carry what its class has carried.
        var typical = expectedBytes is null && source.Bytes.Count > 0 ? source.Bytes.Median : (double?)null;
        var (stateName, stateBytes) = (state?.Name(), expectedBytes ?? (long?)typical);
        if (_latest[index] is { } latest && ReferenceEquals(latest.Source, source) && ReferenceEquals(latest.Destination, destination)
            && (latest.Evidence.State, latest.Evidence.StateBytes, latest.Evidence.PreCopiedBytes) == (stateName, stateBytes, preCopied))
        {
            return latest.Evidence;
        }

        var flags = device.UsesPreCopy ? device.Source.Capabilities : device.Source.Capabilities & ~MigrationCapabilities.PreCopy;
        var evidence = new DeviceEvidence
        {
            Name = device.Name,
            Class = device.Source.DeviceClass,
            State = stateName,
            Flags = flags.Names(),
            DestinationFlags = device.Destination.Capabilities == device.Source.Capabilities ? [] : device.Destination.Capabilities.Names(),
            StateBytes = stateBytes,
            LargestStateBytes = Largest(source.Bytes),
            PreCopiedBytes = preCopied,
            LargestPreCopiedBytes = Largest(view.Of(DeviceKeys.PreCopyClass(device.Source.DeviceClass)).Bytes),
            StateSizeRatios = typical is > 0 ? source.Bytes.Times(1 / typical.Value) : expectedBytes is null ? [] : source.SizeRatios,
            Arcs = Arcs(source, destination, device, index),
        };
        _latest[index] = (source, destination, evidence);
        return evidence;
    }

    private static long? Largest(Samples bytes) => bytes.Count > 0 ? (long)bytes.Sorted[^1] : null;

    private List<ArcEvidence> Arcs(ClassEvidence source, ClassEvidence destination, DevicePlan device, int index)
    {
        var arcs = new Dictionary<Arc, ArcEvidence>();
        foreach (var (side, known) in new[] { (MigrationSide.Source, source), (MigrationSide.Destination, destination) })
        {
            foreach (var (arc, seconds) in known.Arcs)
            {
                if (SideOf(arc, device) == side)
                {
                    arcs[arc] = new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = seconds };
                }
            }
        }

        foreach (var ((side, of, arc), seconds) in _worst)
        {
            if (of == index && side == SideOf(arc, device))
            {
                arcs[arc] = (arcs.GetValueOrDefault(arc) ?? new ArcEvidence { From = arc.From.Name(), To = arc.To.Name() }) with { WorstSeconds = seconds };
            }
        }

        List<ArcEvidence> inOrder = [.. arcs.Values];
        inOrder.Sort((one, other) => string.CompareOrdinal(one.From, other.From) is not 0 and var order ? order : string.CompareOrdinal(one.To, other.To));
        return inOrder;
    }
}
