using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>Remembers one class.</summary>
internal sealed class ClassMemory
{
    private readonly Dictionary<Arc, SampleWindow> _arcs = [];
    private readonly SampleWindow _bytes = new();
    private readonly SampleWindow _sizeRatios = new();
    private readonly SampleWindow _unforeseenBytes = new();
    private ClassEvidence? _now;

    public ClassEvidence Now => _now ??= new ClassEvidence
    {
        Arcs = _arcs.ToDictionary(a => a.Key, a => a.Value.Now),
        Bytes = _bytes.Now,
        SizeRatios = _sizeRatios.Now,
        UnforeseenBytes = _unforeseenBytes.Now,
    };

    public void Add(ArcSample sample)
    {
        if (sample.Outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate)
        {
            _now = null;
            if (!_arcs.TryGetValue(sample.Arc, out var window))
            {
                _arcs[sample.Arc] = window = new SampleWindow();
            }

            window.Add(sample.Duration.TotalSeconds);
        }
    }

    public void Add(StateSizeSample sample)
    {
        _now = null;
        if (sample.ExpectedBytes is { } foretold)
        {
            _unforeseenBytes.Add(sample.ActualBytes - foretold);
        }

        var expected = sample.ExpectedBytes is > 0 and var told ? told : sample.ExpectedBytes is null ? _bytes.Median : 0;
        if (expected > 0)
        {
            _sizeRatios.Add(sample.ActualBytes / expected);
        }

        _bytes.Add(sample.ActualBytes);
    }
}
