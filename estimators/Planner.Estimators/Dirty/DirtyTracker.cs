namespace Planner.Estimators;

/// <summary>Follows how a machine dirties its memory: a saturating curve for each phase, from windows of observation as they come.</summary>
/// <remarks>
/// Keeps the latest windows of each phase and fits when asked, so that telling it of a window costs next to nothing. Windows of about the same
/// length count with the median of their bytes, and those that are off by more than a factor of three are left out if they are few: a short
/// lull would otherwise pull the curve down, since errors are relative. Not for use by several threads at once; the curves it returns are immutable.
/// </remarks>
public sealed class DirtyTracker
{
    /// <summary>The windows that are kept of each phase.</summary>
    public const int Capacity = 256;

    private const double SameLengthFactor = 1.15;
    private const double OutlierFactor = 3;
    private const double MostOutliers = 0.25;

    private static readonly int Phases = Enum.GetValues<DirtyPhase>().Length;

    private readonly Window[][] _windows = [.. Enumerable.Range(0, Phases).Select(_ => new Window[Capacity])];
    private readonly long[] _seen = new long[Phases];
    private readonly DirtyCurve?[] _curves = new DirtyCurve?[Phases];
    private readonly long[] _fittedAt = new long[Phases];

    /// <summary>Takes a window: every dirty sync ends one.</summary>
    /// <param name="phase">What the machine did.</param>
    /// <param name="seconds">The window's length; above 0.</param>
    /// <param name="uniqueBytes">The bytes that were written at least once in it; at least 0.</param>
    public void Add(DirtyPhase phase, double seconds, double uniqueBytes)
    {
        if (!(seconds > 0 && double.IsFinite(seconds)))
        {
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "must be a finite number above 0");
        }

        if (!(uniqueBytes >= 0 && double.IsFinite(uniqueBytes)))
        {
            throw new ArgumentOutOfRangeException(nameof(uniqueBytes), uniqueBytes, "must be a finite number of at least 0");
        }

        _windows[(int)phase][_seen[(int)phase]++ % Capacity] = new Window(seconds, uniqueBytes);
    }

    /// <summary>The windows of a phase that the curve rests on.</summary>
    public int Count(DirtyPhase phase) => (int)Math.Min(Capacity, _seen[(int)phase]);

    /// <summary>The curve of a phase; null without a window.</summary>
    public DirtyCurve? Curve(DirtyPhase phase)
    {
        var index = (int)phase;
        if (_fittedAt[index] != _seen[index])
        {
            _curves[index] = Fit(Medians(phase));
            _fittedAt[index] = _seen[index];
        }

        return _curves[index];
    }

    /// <summary>Memory still to send between two syncs: what is known to be unsent and what has become dirty since, in bytes; NaN without a window.</summary>
    /// <param name="phase">What the machine does.</param>
    /// <param name="unsentBytes">What the last sync found and is not sent yet; at least 0.</param>
    /// <param name="secondsSinceSync">The time since that sync in seconds; at least 0.</param>
    public double RemainingBytes(DirtyPhase phase, double unsentBytes, double secondsSinceSync) =>
        unsentBytes + (Curve(phase)?.UniqueBytes(secondsSinceSync) ?? double.NaN);

    /// <summary>The remaining bytes that pre-copy settles at, V* = D(V* / rate); NaN without a window, infinity if it never settles.</summary>
    /// <param name="phase">What the machine will do.</param>
    /// <param name="bytesPerSecond">The rate of sending; above 0.</param>
    public double ReachableFloorBytes(DirtyPhase phase, double bytesPerSecond) => Curve(phase)?.ReachableFloorBytes(bytesPerSecond) ?? double.NaN;

    private static DirtyCurve? Fit(List<(double Seconds, double UniqueBytes)> windows)
    {
        var curve = DirtyCurve.Fit(windows);
        if (curve is null)
        {
            return null;
        }

        var kept = windows.Where(w => curve.UniqueBytes(w.Seconds) is var bytes && bytes <= OutlierFactor * w.UniqueBytes && w.UniqueBytes <= OutlierFactor * bytes).ToList();
        return kept.Count < windows.Count && kept.Count >= (1 - MostOutliers) * windows.Count ? DirtyCurve.Fit(kept) : curve;
    }

    private List<(double Seconds, double UniqueBytes)> Medians(DirtyPhase phase)
    {
        var medians = new List<(double, double)>();
        foreach (var group in Latest(phase).GroupBy(w => Math.Round(Math.Log(w.Seconds) / Math.Log(SameLengthFactor))))
        {
            var seconds = Samples.Of(group.Select(w => w.Seconds)).Median;
            var bytes = Samples.Of(group.Select(w => w.UniqueBytes)).Median;
            medians.AddRange(group.Select(_ => (seconds, bytes)));
        }

        return medians;
    }

    private IEnumerable<Window> Latest(DirtyPhase phase) => _windows[(int)phase].Take(Count(phase));

    private readonly record struct Window(double Seconds, double UniqueBytes);
}
