namespace Planner.Estimators;

/// <summary>The latest samples of one quantity, kept in order of size while they come and go, from the first time that this order is asked for.</summary>
/// <remarks>Not for use by several threads at once. <see cref="Now"/> gives what others may keep.</remarks>
public sealed class SampleWindow
{
    /// <summary>How many samples are kept where nobody says otherwise.</summary>
    /// <remarks>Enough for the union bound at 99 %: a machine of one device has seven or eight terms, and each then needs 3,457 or
    /// 4,058 samples.</remarks>
    public const int DefaultCapacity = 5000;

    private const int FirstRoom = 128;

    private readonly int _capacity;
    private double[] _arrivals;
    private double[] _sorted;
    private int _count;
    private int _oldest;
    private bool _isSorted;
    private Samples? _now;

    /// <summary>Makes an empty window. It takes room as it fills; in a full one adding never allocates.</summary>
    /// <param name="capacity">How many samples it keeps; at least 1.</param>
    public SampleWindow(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _arrivals = new double[Math.Min(capacity, FirstRoom)];
        _sorted = [];
    }

    /// <summary>The number of samples in the window.</summary>
    public int Count => _count;

    /// <summary>The samples in ascending order; valid until the next change.</summary>
    public ReadOnlySpan<double> Sorted
    {
        get
        {
            if (!_isSorted)
            {
                _sorted = new double[_arrivals.Length];
                CopyArrivals(_sorted);
                Array.Sort(_sorted, 0, _count);
                _isSorted = true;
            }

            return _sorted.AsSpan(0, _count);
        }
    }

    /// <summary>The middle sample, or the mean of the two in the middle; NaN without samples.</summary>
    public double Median => SortedSamples.Median(Sorted);

    /// <summary>What the window holds now. It is not copied again until the window changes.</summary>
    public Samples Now
    {
        get
        {
            if (_now is null)
            {
                var arrivals = new double[_count];
                CopyArrivals(arrivals);
                _now = new Samples(arrivals, Sorted.ToArray());
            }

            return _now;
        }
    }

    /// <summary>A sample by its age.</summary>
    /// <param name="index">0 for the oldest, up to <see cref="Count"/> - 1 for the newest.</param>
    public double Arrival(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _count);
        return _arrivals[(_oldest + index) % _arrivals.Length];
    }

    /// <summary>Adds the newest sample; the oldest leaves a full window.</summary>
    /// <param name="value">The sample; finite.</param>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "must be finite");
        }

        if (_isSorted)
        {
            var to = Sorted.BinarySearch(value);
            AddAt(value, to < 0 ? ~to : to);
            return;
        }

        MakeRoom();
        if (_count == _capacity)
        {
            (_arrivals[_oldest], _oldest) = (value, (_oldest + 1) % _capacity);
        }
        else
        {
            _arrivals[(_oldest + _count++) % _arrivals.Length] = value;
        }
    }

    /// <summary>Adds the newest sample where its place is known.</summary>
    /// <param name="value">The sample; finite.</param>
    /// <param name="to">An index in <see cref="Sorted"/>, which was just read, before which the sample keeps it in order.</param>
    internal void AddAt(double value, int to)
    {
        MakeRoom();
        if (_count < _capacity)
        {
            Array.Copy(_sorted, to, _sorted, to + 1, _count - to);
            _sorted[to] = value;
            _arrivals[(_oldest + _count++) % _arrivals.Length] = value;
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
            RemoveSorted(_arrivals[(_oldest + _count - 1) % _arrivals.Length]);
        }
    }

    /// <summary>Lets the oldest samples go.</summary>
    /// <param name="count">How many; at least 0. All of them go if there are fewer.</param>
    public void DropOldest(int count)
    {
        for (var left = PrepareDrop(count); left > 0; left--)
        {
            RemoveSorted(_arrivals[_oldest]);
            _oldest = (_oldest + 1) % _arrivals.Length;
        }
    }

    private int PrepareDrop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _now = null;
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

    private void MakeRoom()
    {
        _now = null;
        if (_count < _arrivals.Length || _count == _capacity)
        {
            return;
        }

        var arrivals = new double[Math.Min(_capacity, 2 * _count)];
        CopyArrivals(arrivals);
        (_arrivals, _oldest) = (arrivals, 0);
        Array.Resize(ref _sorted, _isSorted ? arrivals.Length : 0);
    }

    private void CopyArrivals(double[] to)
    {
        var first = Math.Min(_count, _arrivals.Length - _oldest);
        Array.Copy(_arrivals, _oldest, to, 0, first);
        Array.Copy(_arrivals, 0, to, first, _count - first);
    }
}
