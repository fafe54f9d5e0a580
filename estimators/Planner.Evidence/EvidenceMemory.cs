using System.Runtime.InteropServices;
using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>The one memory: what was measured, kept by what it is about, and added sample by sample. It answers by an immutable <see cref="EvidenceView"/>.</summary>
/// <remarks>Of each quantity the latest <see cref="Window"/> samples count. Looking costs what has changed since the last look. Not for use by several threads at
/// once; views are.</remarks>
public sealed class EvidenceMemory
{
    /// <summary>The number of samples of a quantity that count: the latest.</summary>
    public const int Window = SampleWindow.DefaultCapacity;

    private readonly Dictionary<string, ClassMemory> _classes = [];
    private readonly Dictionary<string, LinkMemory> _links = [];
    private readonly Dictionary<(string Class, BlackoutSpan Span, MomentKind Kind), BlackoutHistory> _blackouts = [];
    private (double AllowedMisses, EvidenceView View)? _now;

    /// <summary>Adds what was measured together; each list oldest first.</summary>
    public void Add(MeasurementBatch batch)
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

        foreach (var sample in batch.Attempts.SelectMany(a => a.Scores))
        {
            Add(sample);
        }

        foreach (var sample in batch.LinkAges)
        {
            Add(sample);
        }
    }

    /// <summary>Adds an arc. Only one that came to its end says how long it takes.</summary>
    public void Add(ArcSample sample) => Of(_classes, sample.DeviceClass).Add(sample);

    /// <summary>Adds a transfer. The pre-copy and the stop phase of one migration have the same time, and pre-copy comes first.</summary>
    public void Add(TransferSample sample) => Of(_links, sample.Link).Add(sample);

    /// <summary>Adds what was seen of a link.</summary>
    public void Add(LinkAgeSample sample) => Of(_links, sample.Link).Add(sample);

    /// <summary>Adds a state size.</summary>
    public void Add(StateSizeSample sample) => Of(_classes, sample.DeviceClass).Add(sample);

    /// <summary>Adds a blackout beside its prediction, whatever promised it or did not: how long devices take does not depend on that. What only would have
    /// happened, what nothing was predicted for and what cannot be is no evidence.</summary>
    public void Add(BlackoutSample sample)
    {
        if (sample.Kind == BlackoutKind.Shadow || sample.Predicted <= TimeSpan.Zero || sample.Actual <= TimeSpan.Zero)
        {
            return;
        }

        _now = null;
        var blackout = new PastBlackout(sample.Predicted.TotalSeconds, sample.Actual.TotalSeconds) { Rehearsed = sample.Kind == BlackoutKind.Rehearsal, CutOff = sample.IsCutOff };
        foreach (var kind in Kinds(sample))
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_blackouts, (sample.DeviceClass, sample.Span, kind), out _) ??= new BlackoutHistory()).Add(blackout);
        }
    }

    /// <summary>What is known now.</summary>
    /// <param name="allowedMisses">The share of commits that may miss; in (0, 1). Blackouts are made ready for it.</param>
    public EvidenceView View(double allowedMisses)
    {
        if (_now is not { } now || now.AllowedMisses != allowedMisses)
        {
            _now = now = (allowedMisses, new EvidenceView(
                _classes.ToDictionary(c => c.Key, c => c.Value.Now),
                _links.ToDictionary(l => l.Key, l => l.Value.Now),
                _blackouts.ToDictionary(b => b.Key, b => b.Value.Now(allowedMisses))));
        }

        return now.View;
    }

    /// <summary>What a busy host did to a blackout says nothing about others, whatever the link did.</summary>
    private static MomentKind[] Kinds(BlackoutSample sample) => (sample.HostWasBusy, sample.WasCalm) switch
    {
        (true, _) => [MomentKind.BusyHost],
        (_, true) => [MomentKind.Usual, MomentKind.Calm],
        (_, false) => [MomentKind.Usual, MomentKind.Rough],
        _ => [MomentKind.Usual],
    };

    private T Of<T>(Dictionary<string, T> memories, string key)
        where T : new()
    {
        _now = null;
        return CollectionsMarshal.GetValueRefOrAddDefault(memories, key, out _) ??= new T();
    }
}
