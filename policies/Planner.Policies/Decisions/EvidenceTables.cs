using System.Runtime.InteropServices;
using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Evidence that grows sample by sample, from which an evaluator can be built after every sample at little cost.</summary>
/// <remarks>Keeps the latest <see cref="SampleWindow.DefaultCapacity"/> samples of each quantity, or as many as the first snapshot had; of
/// blackouts up to <see cref="BlackoutScores.Spare"/> more. Not for use by several threads at once; the evaluators that it builds are immutable.</remarks>
public sealed class EvidenceTables
{
    // More windows would not make the curve better, and older ones tell of another time.
    private const int LatestDirtyWindows = 500;

    private readonly BlackoutList _blackouts;
    private readonly BlackoutList _blackoutsAfterQuiesce;
    private DecisionSnapshot _snapshot;
    private PreparedSnapshot? _prepared;
    private BlackoutTables? _tables;
    private DirtyCurve? _dirtyCurve;

    /// <summary>Starts with the evidence of a snapshot.</summary>
    /// <exception cref="InvalidSnapshotException">A value in the snapshot is impossible.</exception>
    public EvidenceTables(DecisionSnapshot snapshot)
    {
        if (SnapshotRules.FindProblem(snapshot) is { } problem)
        {
            throw new InvalidSnapshotException($"{problem.Path}: {problem.Text}");
        }

        _snapshot = snapshot;
        _blackouts = new BlackoutList(snapshot.PastBlackouts, SampleWindow.DefaultCapacity, BlackoutScores.Spare);
        _blackoutsAfterQuiesce = new BlackoutList(snapshot.PastBlackoutsAfterQuiesce, SampleWindow.DefaultCapacity, BlackoutScores.Spare);
        FitDirtyCurve();
    }

    /// <summary>Adds the newest latency of an arc of a device.</summary>
    /// <param name="device">The index of the device in the snapshot.</param>
    /// <param name="arc">The arc, single or combined.</param>
    /// <param name="seconds">The latency in seconds; at least 0.</param>
    public void AddArc(int device, Arc arc, double seconds)
    {
        CheckSample(seconds);
        var evidence = _snapshot.Devices[device];
        var (from, to) = (arc.From.Name(), arc.To.Name());
        var index = evidence.Arcs.TakeWhile(a => a.From != from || a.To != to).Count();
        List<ArcEvidence> arcs = [.. evidence.Arcs];
        if (index == arcs.Count)
        {
            arcs.Add(new ArcEvidence { From = from, To = to });
        }

        arcs[index] = arcs[index] with { Seconds = Append(arcs[index].Seconds, seconds) };
        Replace(device, evidence with { Arcs = arcs });
        Add(t => t.Kind == TermKind.Arc && t.Device == device && t.Arc.Arc == arc, seconds, isFirst: arcs[index].Seconds.Count == 1);
    }

    /// <summary>Adds the newest transfer of a stop phase.</summary>
    /// <param name="fixedSeconds">The part that does not grow with the bytes, in seconds; at least 0.</param>
    /// <param name="bytesPerSecond">The mean rate of the rest; above 0.</param>
    public void AddTransfer(double fixedSeconds, double bytesPerSecond)
    {
        CheckSample(fixedSeconds);
        CheckSample(1 / bytesPerSecond);
        var transfer = _snapshot.Transfer ?? new TransferEvidence();
        _snapshot = _snapshot with
        {
            Transfer = new TransferEvidence
            {
                FixedSeconds = Append(transfer.FixedSeconds, fixedSeconds),
                BytesPerSecond = Append(transfer.BytesPerSecond, bytesPerSecond),
            },
        };
        Add(t => t.Kind == TermKind.TransferFixed, fixedSeconds, isFirst: false);
        Add(t => t.Kind == TermKind.TransferRate, 1 / bytesPerSecond, isFirst: false);
    }

    /// <summary>Adds the newest blackout beside its prediction.</summary>
    /// <param name="blackout">The blackout.</param>
    /// <param name="afterQuiesce">Whether it is the part from gate 2 on.</param>
    public void AddBlackout(PastBlackout blackout, bool afterQuiesce)
    {
        CheckSample(1 / blackout.PredictedSeconds);
        CheckSample(blackout.ActualSeconds);
        var list = afterQuiesce ? _blackoutsAfterQuiesce : _blackouts;
        var haveSomeGone = list.Add(blackout);
        _snapshot = afterQuiesce ? _snapshot with { PastBlackoutsAfterQuiesce = list.Now } : _snapshot with { PastBlackouts = list.Now };
        var scores = afterQuiesce ? _prepared?.Model.ScoresAfterQuiesce : _prepared?.Model.Scores;
        if (haveSomeGone)
        {
            scores?.StartAgain(PreparedSnapshot.Scores(list.Now));
        }
        else
        {
            scores?.Add(PreparedSnapshot.Score(blackout));
        }

        _tables = null;
    }

    /// <summary>Adds the newest actual / expected size of a device's state.</summary>
    /// <param name="device">The index of the device in the snapshot.</param>
    /// <param name="ratio">The ratio; at least 0.</param>
    public void AddStateSize(int device, double ratio)
    {
        CheckSample(ratio);
        var ratios = _snapshot.Devices[device].StateSizeRatios;
        Replace(device, _snapshot.Devices[device] with { StateSizeRatios = Append(ratios, ratio) });
        Add(t => t.Kind == TermKind.StateSize && t.Device == device, ratio, isFirst: ratios.Count == 0);
    }

    /// <summary>Adds the newest window of observation of the memory's dirty bytes, and fits the curve again.</summary>
    public void AddDirtyWindow(DirtyWindowEvidence window)
    {
        CheckSample(1 / window.Seconds);
        CheckSample(window.UniqueBytes);
        _prepared = _snapshot.Ram is null ? null : _prepared;
        var ram = _snapshot.Ram ?? new RamEvidence();
        _snapshot = _snapshot with { Ram = ram with { DirtyWindows = Append(ram.DirtyWindows, window) } };
        FitDirtyCurve();
    }

    /// <summary>Builds an evaluator from the evidence so far.</summary>
    public SwitchoverEvaluator Build()
    {
        _prepared ??= new PreparedSnapshot(_snapshot);
        _tables ??= _prepared.Model.Build();
        return new SwitchoverEvaluator(_snapshot, _prepared, _tables, _dirtyCurve);
    }

    private void FitDirtyCurve() => _dirtyCurve = DirtyCurve.Fit(
        [.. (_snapshot.Ram?.DirtyWindows ?? []).TakeLast(LatestDirtyWindows).Select(w => (w.Seconds, w.UniqueBytes))]);

    private void Replace(int device, DeviceEvidence evidence)
    {
        List<DeviceEvidence> devices = [.. _snapshot.Devices];
        devices[device] = evidence;
        _snapshot = _snapshot with { Devices = devices };
    }

    private void Add(Func<BlackoutTerm, bool> isMeant, double value, bool isFirst)
    {
        _tables = null;

        // The first sample of an arc can change the pieces that the walk is made of.
        _prepared = isFirst ? null : _prepared;
        var term = -1;
        for (var i = 0; i < (_prepared?.Model.Terms.Count ?? 0); i++)
        {
            term = isMeant(_prepared!.Model.Terms[i]) ? i : term;
        }

        if (term >= 0)
        {
            _prepared!.Model.Add(term, value);
        }
    }

    private static List<T> Append<T>(IReadOnlyList<T> list, T value)
    {
        var kept = Math.Min(list.Count, Math.Max(SampleWindow.DefaultCapacity, list.Count) - 1);
        var appended = new List<T>(kept + 1);
        appended.AddRange(list is List<T> fast ? CollectionsMarshal.AsSpan(fast)[^kept..] : list.Skip(list.Count - kept).ToArray());
        appended.Add(value);
        return appended;
    }

    private static void CheckSample(double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "a sample must be a finite number of at least 0");
        }
    }
}
