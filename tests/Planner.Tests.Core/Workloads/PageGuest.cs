using Planner.Evaluation;

namespace Planner.Tests.Workloads;

/// <summary>A guest page by page, written without a look at <see cref="GuestMemory"/>: what it is the mean of.</summary>
internal sealed class PageGuest
{
    private enum PageState
    {
        Unsent,
        Written,
        Clean,
    }

    private readonly Random _random;
    private readonly double _pageBytes;
    private readonly double[] _rates;
    private readonly PageState[] _states;
    private int[] _queue;
    private int _next;
    private double _credit;

    public PageGuest(MemoryWorkload memory, double ramBytes, double pageBytes, int seed)
    {
        _random = new Random(seed);
        _pageBytes = pageBytes;
        _rates = new double[(int)(ramBytes / pageBytes)];
        _states = new PageState[_rates.Length];
        var page = 0;
        foreach (var part in memory.Classes)
        {
            for (var last = page + (int)(part.Bytes / pageBytes); page < last; page++)
            {
                _rates[page] = 1 / part.TimeConstantSeconds;
            }
        }

        _queue = [.. Enumerable.Range(0, _rates.Length)];
        _random.Shuffle(_queue);
    }

    public double UnsentBytes => (_queue.Length - _next) * _pageBytes;

    public double RemainingBytes => UnsentBytes + _states.Count(s => s == PageState.Written) * _pageBytes;

    /// <summary>Sends one page after the other, and draws for every page when it is written first after it became clean.</summary>
    public void Advance(double seconds, double bytesPerSecond, double scale)
    {
        var cleanFor = new double[_states.Length];
        for (var page = 0; page < _states.Length; page++)
        {
            cleanFor[page] = _states[page] == PageState.Clean ? seconds : 0;
        }

        var pages = bytesPerSecond * seconds / _pageBytes + _credit;
        var sent = Math.Min((int)pages, _queue.Length - _next);
        for (var i = 0; i < sent; i++)
        {
            var page = _queue[_next++];
            _states[page] = PageState.Clean;
            cleanFor[page] = seconds - (i + 1 - _credit) * _pageBytes / bytesPerSecond;
        }

        _credit = _next < _queue.Length ? pages - sent : 0;
        for (var page = 0; page < _states.Length; page++)
        {
            if (_states[page] == PageState.Clean && _random.NextDouble() > Math.Exp(-_rates[page] * scale * Math.Max(0, cleanFor[page])))
            {
                _states[page] = PageState.Written;
            }
        }
    }

    public void Sync()
    {
        for (var page = 0; page < _states.Length; page++)
        {
            _states[page] = _states[page] == PageState.Written ? PageState.Unsent : _states[page];
        }

        _queue = [.. Enumerable.Range(0, _states.Length).Where(p => _states[p] == PageState.Unsent)];
        _random.Shuffle(_queue);
        (_next, _credit) = (0, 0);
    }
}
