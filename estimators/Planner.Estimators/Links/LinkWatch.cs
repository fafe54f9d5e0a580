namespace Planner.Estimators;

/// <summary>Watches the rate of one migration's pre-copy for breakdowns of the link.</summary>
/// <remarks>A link has broken down when two observations in a row are below half of what is usual for it; one alone is jitter, but no moment to rely
/// on. What is seen counts when the next observation tells how it went on.</remarks>
public sealed class LinkWatch
{
    /// <summary>The time between two observations in seconds.</summary>
    public const double ObservationSeconds = 0.1;

    private const double BrokenShare = 0.5;
    private const int UsualWindow = 101;

    private readonly LinkLifeTable _known = new();
    private readonly SampleWindow _usual = new(UsualWindow);
    private int _age = -1;
    private bool _isBroken;
    private bool _isSuspect;

    /// <summary>Starts to watch.</summary>
    /// <param name="known">What was seen of the link in other migrations.</param>
    public LinkWatch(IEnumerable<LinkAge> known)
    {
        foreach (var age in known)
        {
            _known.Add(age);
        }
    }

    /// <summary>What was seen in this one.</summary>
    public LinkLifeTable Seen { get; } = new();

    /// <summary>Takes the rate of the latest <see cref="ObservationSeconds"/>.</summary>
    /// <param name="bytesPerSecond">The rate; at least 0.</param>
    public void Observe(double bytesPerSecond)
    {
        // The link may begin broken down, so what is usual is what the better part of the rates show.
        _usual.Add(bytesPerSecond);
        var isLow = bytesPerSecond < BrokenShare * _usual.Sorted[_usual.Count * 3 / 4];
        if (_isBroken)
        {
            (_isBroken, _age) = (isLow, isLow ? _age : 0);
            return;
        }

        if (isLow && _isSuspect)
        {
            Count(broke: 1);
            (_isBroken, _isSuspect) = (true, false);
            return;
        }

        if (!isLow)
        {
            Survive();
            if (_isSuspect)
            {
                Survive();
            }
        }

        _isSuspect = isLow;
    }

    /// <summary>Whether the link is good and likely to stay so.</summary>
    /// <param name="seconds">For how long; at least 0.</param>
    /// <param name="allowed">The probability of a breakdown that is tolerated; in (0, 1).</param>
    public bool IsCalm(double seconds, double allowed) =>
        !_isBroken && !_isSuspect && _known.IsCalm(_age, 1 + (int)Math.Ceiling(seconds / ObservationSeconds), allowed);

    private void Survive()
    {
        Count(broke: 0);
        _age = _age < 0 ? -1 : _age + 1;
    }

    private void Count(int broke)
    {
        _known.Add(new LinkAge(_age, 1, broke));
        Seen.Add(new LinkAge(_age, 1, broke));
    }
}
