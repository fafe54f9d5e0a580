using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>What is known, as a decision about a machine that its hypervisor migrates reads it.</summary>
/// <remarks>
/// The parts of the switchover: the guest stops (PRE_COPY->STOP_COPY), a fixed part for the devices' state, the final memory, the destination has loaded
/// (RESUMING->STOP), the guest runs (STOP->RUNNING). How fast the stop phase sends is a multiple of the rate that pre-copy had at that time, so that what one
/// link taught helps on another. Serves one migration.
/// </remarks>
public sealed class MachineSnapshots
{
    // While nothing was measured: what two hosts without acceleration showed. QEMU looks at its threshold every 100 ms.
    private static readonly Dictionary<Arc, Samples> Assumed = new()
    {
        [MachineKeys.Commit] = Samples.Of([0.01, 0.03, 0.05, 0.07, 0.09]),
        [MachineKeys.Stop] = Samples.Of([0.001]),
        [MachineKeys.Load] = Samples.Of([0.0005]),
        [MachineKeys.Run] = Samples.Of([0.001]),
    };

    private static readonly Samples AssumedFixedSeconds = Samples.Of([0.006]);
    private static readonly Samples AsPreCopy = Samples.Of([1]);
    private const int LatestDirtyWindows = 64;

    private readonly EvidenceView _view;
    private readonly LinkFigures _figures;
    private readonly ClassEvidence _machine;
    private readonly ClassEvidence _state;
    private readonly PassedDevices? _devices;
    private readonly EvaluatorBuilder _evaluators = new();

    /// <summary>Starts for a migration.</summary>
    /// <param name="keys">The machine.</param>
    /// <param name="view">What is known.</param>
    /// <param name="figures">What the operator has set about the link; null for nothing.</param>
    public MachineSnapshots(MachineKeys keys, EvidenceView view, LinkFigures? figures = null)
    {
        _figures = figures ?? LinkFigures.None;
        Keys = keys;
        _view = view;
        _machine = view.Of(keys.MachineClass);
        _state = view.Of(keys.StateClass);
        _devices = keys.TellsArcs ? new PassedDevices(keys, view) : null;
    }

    /// <summary>What the machine's evidence is kept under.</summary>
    public MachineKeys Keys { get; }

    /// <summary>Whether other work has the host's processors busy now.</summary>
    public bool HostIsBusy { get; set; }

    /// <summary>How long stops have taken from the permission on, in seconds.</summary>
    public IReadOnlyList<double> CommitSeconds => Seconds(MachineKeys.Commit);

    /// <summary>What stop phases carried beside the memory that was foretold, on the median, in bytes: the state of the hypervisor's own devices.</summary>
    public long OwnStateBytes => (long)Math.Max(0, _machine.UnforeseenBytes.Count > 0 ? _machine.UnforeseenBytes.Median : 0);

    /// <summary>What they carried of the state of passed-through devices, on the median, in bytes; 0 while none was seen.</summary>
    public long DeviceStateBytes => _state.Bytes.Count > 0 ? (long)_state.Bytes.Median : 0;

    /// <summary>What other migrations saw of the link.</summary>
    public IReadOnlyList<LinkAge> LinkAges => _view.Over(Keys.Link).Ages;

    /// <summary>Whether predictions stand on what is assumed of any machine, since no switchover of one like it was measured: what comes of it says nothing about how well
    /// measurements predict.</summary>
    public bool IsAssumed => _machine.Seconds(MachineKeys.Run).Count == 0;

    /// <summary>What is not known of the rate of the stop phase, as a sentence after a blank; null if something is: pre-copy that is held to a cap says nothing about it.</summary>
    /// <param name="bytesPerSecond">What pre-copy sends at; above 0.</param>
    public string? UnknownStopRate(double bytesPerSecond) => IsCapped(bytesPerSecond) && _figures.StopBytesPerSecond is null && _view.Over(Keys.Link).BytesPerSecond.Count == 0
        ? $" How fast the stop phase sends is not known: pre-copy is held to its cap of {Quantity.FormatBytes((long)_figures.PreCopyCapBytesPerSecond!)}/s, which is lifted then, and the bound is as if it were not. "
            + "State the rate (QEMU: avail-switchover-bandwidth), or let one migration under a longer limit show it."
        : null;

    /// <summary>Whether pre-copy is held to a cap that the stop phase does not have.</summary>
    /// <param name="bytesPerSecond">What pre-copy sends at; above 0.</param>
    public bool IsCapped(double bytesPerSecond) => _figures.IsCapped(bytesPerSecond);

    /// <summary>Takes notice of a state that a passed-through device came to in this migration.</summary>
    public void See(MigrationSide side, DeviceStateChanged moved) => _devices?.See(side, moved);

    /// <summary>The input of a decision.</summary>
    /// <param name="sla">The promise, with what has elapsed.</param>
    /// <param name="bytesPerSecond">What pre-copy sends at; above 0.</param>
    /// <param name="ramBytes">The memory expected to be left at the stop.</param>
    /// <param name="deviceBytes">The state of passed-through devices that is expected, in bytes; 0 if there is none.</param>
    /// <param name="windows">What the guest wrote, oldest first.</param>
    public DecisionSnapshot Snapshot(SlaTerms sla, double bytesPerSecond, double ramBytes, long deviceBytes, IReadOnlyList<DirtyWindowEvidence> windows)
    {
        var spread = Keys.HasDevices ? new AssumedSpread(sla.AllowedMisses) : null;
        var isWhole = Keys is { HasDevices: true, TellsArcs: false };
        var (stateSeconds, stateAssumed) = isWhole ? spread!.StateSeconds(_view, Keys, deviceBytes) : (Samples.None, 0);
        var machine = new DeviceEvidence
        {
            Name = MachineKeys.Participant,
            Class = Keys.MachineClass,
            State = DeviceState.PreCopy.Name(),
            Flags = ["STOP_COPY", "PRE_COPY"],
            StateBytes = OwnStateBytes + (_devices is null ? deviceBytes : 0),
            LargestStateBytes = _devices is null && _state.Bytes.Count > 0 ? OwnStateBytes + (long)_state.Bytes.Sorted[^1] : null,
            StateSizeRatios = isWhole ? _state.SizeRatios : [],
            StateSeconds = stateSeconds,
            StateSecondsAssumed = stateAssumed,
            Arcs = [.. new[] { MachineKeys.Stop, MachineKeys.Load, MachineKeys.Run }.Select(arc => Evidence(arc, spread))],
        };
        var link = _view.Over(Keys.Link);
        return new DecisionSnapshot
        {
            Sla = sla,
            Ram = new RamEvidence { RemainingBytes = (long)Math.Ceiling(ramBytes), DirtyWindows = [.. windows.TakeLast(LatestDirtyWindows)] },
            Transfer = new TransferEvidence
            {
                FixedSeconds = link.BeyondPreCopySeconds.Count > 0 ? link.BeyondPreCopySeconds : AssumedFixedSeconds,
                BytesPerSecond = [.. StopRates(link, bytesPerSecond).Select(r => Math.Max(1, r))],
            },
            Devices = _devices is null ? [machine] : [machine, .. _devices.Snapshot(deviceBytes, spread!)],
            DevicesInSeries = Keys.HasDevices,
            WholeOnly = isWhole,
            TermsOfLikeMachines = true,
            Place = EvidenceKey.Printable(Keys.Blackouts.Place),
            PastBlackouts = _view.Blackouts(Keys.Blackouts.Text, BlackoutSpan.Whole),
            PastBlackoutsOfLikeMachines = _view.OfLikeMachines(Keys.Blackouts, BlackoutSpan.Whole, sla.AllowedMisses),
            HostIsBusy = HostIsBusy,
            PastBlackoutsOnBusyHost = _view.Blackouts(Keys.Blackouts.Text, BlackoutSpan.Whole, MomentKind.BusyHost),
        };
    }

    /// <summary>Makes what decides once, with nothing to send, so that what cannot be decided on is found out before anything is touched.</summary>
    /// <exception cref="InvalidSnapshotException">Something is known that cannot be.</exception>
    public void Check(SlaTerms sla) => Evaluators(Snapshot(sla, ValueLimits.LeastBytesPerSecond, 0, 0, []));

    /// <summary>What decides from a snapshot, at either kind of moments.</summary>
    public MomentEvaluators Evaluators(DecisionSnapshot snapshot) => new(_evaluators, snapshot, _view, Keys.Blackouts.Text);

    /// <summary>What the stop phase sends at: as a multiple of what pre-copy has now; where that is held to a cap, as earlier stop phases did. Until one was seen, the operator's figure.</summary>
    private IEnumerable<double> StopRates(LinkEvidence link, double bytesPerSecond)
    {
        var wasSeen = IsCapped(bytesPerSecond) ? link.BytesPerSecond.Count > 0 : link.BeyondPreCopySeconds.Count > 0;
        if (!wasSeen && _figures.StopBytesPerSecond is { } figure)
        {
            return [figure];
        }

        return wasSeen && IsCapped(bytesPerSecond) ? link.BytesPerSecond
            : (link.RatesOverPreCopy.Count > 0 ? link.RatesOverPreCopy : AsPreCopy).Select(r => r * bytesPerSecond);
    }

    private ArcEvidence Evidence(Arc arc, AssumedSpread? spread)
    {
        var (seconds, assumed) = spread is null ? (Seconds(arc), 0) : spread.Of(_machine.Seconds(arc), AssumedFor(arc));
        return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = seconds, Assumed = assumed };
    }

    private Samples Seconds(Arc arc) => _machine.Seconds(arc) is { Count: > 0 } measured ? measured : AssumedFor(arc);

    private Samples AssumedFor(Arc arc)
    {
        var typical = arc == MachineKeys.Stop ? Keys.TypicalStop : arc == MachineKeys.Run ? Keys.TypicalStart : [];
        return typical.Count > 0 ? Samples.Of(typical) : Assumed[arc];
    }
}
