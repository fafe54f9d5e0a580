namespace Planner.Estimators;

/// <summary>The latest samples of one quantity, kept sorted while they come and go.</summary>
/// <remarks>Not for use by several threads at once. What is read by decisions is copied out when tables are built.</remarks>
public sealed class SampleWindow
{
    /// <summary>How many samples are kept where nobody says otherwise.</summary>
    /// <remarks>Enough for the union bound at 99 %: a machine of one device has seven or eight terms, and each then needs 3,457 or
    /// 4,058 samples.</remarks>
    public const int DefaultCapacity = 5000;

    private readonly int _capacity;
    private IReadOnlyList<double>? _notYetCopied;
    private double[] _arrivals;
    private double[] _sorted;
    private int _count;
    private int _oldest;

    /// <summary>Makes an empty window; adding to it never allocates.</summary>
    /// <param name="capacity">How many samples it keeps; at least 1.</param>
    public SampleWindow(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _arrivals = new double[capacity];
        _sorted = new double[capacity];
    }

    private SampleWindow(IReadOnlyList<double> samples, int spare)
    {
        _capacity = Math.Max(DefaultCapacity, samples.Count) + spare;
        _notYetCopied = samples;
        _arrivals = [];
        _sorted = [.. samples];
        _count = samples.Count;
        Array.Sort(_sorted);
    }

    /// <summary>The number of samples in the window.</summary>
    public int Count => _count;

    /// <summary>The samples in ascending order; valid until the next <see cref="Add"/>.</summary>
    public ReadOnlySpan<double> Sorted => _sorted.AsSpan(0, _count);

    /// <summary>A sample by its age.</summary>
    /// <param name="index">0 for the oldest, up to <see cref="Count"/> - 1 for the newest.</param>
    public double Arrival(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _count);
        return _notYetCopied is { } samples ? samples[index] : _arrivals[(_oldest + index) % _capacity];
    }

    /// <summary>The middle sample, or the mean of the two in the middle; NaN without samples.</summary>
    public double Median => _count == 0 ? double.NaN : (_sorted[(_count - 1) / 2] + _sorted[_count / 2]) / 2;

    /// <summary>A window that holds all these samples, oldest first, and from then on at least <see cref="DefaultCapacity"/>.</summary>
    /// <param name="samples">The samples; must not change. Only the first <see cref="Add"/> copies them into a ring, since most windows
    /// of a decision are never added to.</param>
    /// <param name="spare">How many more it keeps; at least 0.</param>
    public static SampleWindow From(IReadOnlyList<double> samples, int spare = 0) => new(samples, spare);

    /// <summary>Adds the newest sample; the oldest leaves a full window.</summary>
    /// <param name="value">The sample; finite.</param>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "must be finite");
        }

        var to = Sorted.BinarySearch(value);
        AddAt(value, to < 0 ? ~to : to);
    }

    /// <summary>Adds the newest sample where its place is known.</summary>
    /// <param name="value">The sample; finite.</param>
    /// <param name="to">An index in <see cref="Sorted"/> before which the sample keeps it in order.</param>
    internal void AddAt(double value, int to)
    {
        if (_notYetCopied is { } samples)
        {
            MakeRing(samples);
        }

        if (_count < _capacity)
        {
            Array.Copy(_sorted, to, _sorted, to + 1, _count - to);
            _sorted[to] = value;
            _arrivals[(_oldest + _count++) % _capacity] = value;
            return;
        }

        // The gap that the oldest leaves moves to where the newest belongs.
        var from = Sorted.BinarySearch(_arrivals[_oldest]);
        if (from < to)
        {
            to--;
            Array.Copy(_sorted, from + 1, _sorted, from, to - from);
        }
        else
        {
            Array.Copy(_sorted, to, _sorted, to + 1, from - to);
        }

        _sorted[to] = value;
        _arrivals[_oldest] = value;
        _oldest = (_oldest + 1) % _capacity;
    }

    /// <summary>Takes the latest samples out again, as if they had never come; what they had pushed out stays out.</summary>
    /// <param name="count">How many; at least 0. All of them go if there are fewer.</param>
    public void DropLatest(int count)
    {
        for (var left = PrepareDrop(count); left > 0; left--)
        {
            RemoveSorted(_arrivals[(_oldest + _count - 1) % _capacity]);
        }
    }

    /// <summary>Lets the oldest samples go.</summary>
    /// <param name="count">How many; at least 0. All of them go if there are fewer.</param>
    public void DropOldest(int count)
    {
        for (var left = PrepareDrop(count); left > 0; left--)
        {
            RemoveSorted(_arrivals[_oldest]);
            _oldest = (_oldest + 1) % _capacity;
        }
    }

    private int PrepareDrop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_notYetCopied is { } samples)
        {
            MakeRing(samples);
        }

        if (count >= _count)
        {
            (_count, _oldest) = (0, 0);
            return 0;
        }

        return count;
    }

    private void RemoveSorted(double value)
    {
        var from = Sorted.BinarySearch(value);
        _count--;
        Array.Copy(_sorted, from + 1, _sorted, from, _count - from);
    }

    private void MakeRing(IReadOnlyList<double> samples)
    {
        Array.Resize(ref _sorted, _capacity);
        _arrivals = new double[_capacity];
        for (var i = 0; i < samples.Count; i++)
        {
            _arrivals[i] = samples[i];
        }

        _notYetCopied = null;
    }
}
