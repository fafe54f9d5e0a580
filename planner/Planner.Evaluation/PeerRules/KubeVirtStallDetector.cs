namespace Planner.Evaluation;

/// <summary>Notices that a pre-copy no longer gets anywhere, and knows the least count that is worth waiting for.</summary>
/// <remarks>KubeVirt d923fdb8 of August 2026, stall-detector.go (VEP 248).</remarks>
/// <param name="options">The constants.</param>
internal sealed class KubeVirtStallDetector(KubeVirtStallOptions options)
{
    // Each smaller than the one before, so the last is the smallest.
    private readonly Queue<(double Seconds, double Bytes)> _candidates = new();
    private readonly PriorityQueue<double, double> _history = new();
    private double _lastCandidateBytes;
    private double _patienceSeconds;
    private double _relaxAtSeconds;
    private bool _isStalled;

    /// <summary>The smallest count older than the window, in bytes; infinite while there is none.</summary>
    private double _outsideBytes = double.PositiveInfinity;

    /// <summary>The count that is waited for, in bytes. Valid once a stall was noticed.</summary>
    public double BestBytes { get; private set; }

    /// <summary>Takes the count of an iteration boundary and tells whether the pre-copy has stalled.</summary>
    /// <param name="elapsedSeconds">Seconds since the pre-copy began.</param>
    /// <param name="ramBytes">Memory left, in bytes.</param>
    public bool IsStalledAt(double elapsedSeconds, double ramBytes)
    {
        Remember(elapsedSeconds, ramBytes);
        if (_isStalled)
        {
            Relax(elapsedSeconds, ramBytes);
        }
        else if (ramBytes >= _outsideBytes * (1 - options.StallMargin))
        {
            _isStalled = true;
            BestBytes = _candidates.Count > 0 ? Math.Min(_outsideBytes, _lastCandidateBytes) : _outsideBytes;
            _patienceSeconds = options.StallProgressTimeoutSeconds;
            _relaxAtSeconds = elapsedSeconds + _patienceSeconds;
        }

        return _isStalled;
    }

    /// <summary>Whether a count is as small as what is waited for, or nearly so.</summary>
    public bool IsAtMinimum(double ramBytes) => ramBytes <= BestBytes * (1 + options.StallMargin);

    private void Remember(double elapsedSeconds, double ramBytes)
    {
        while (_candidates.TryPeek(out var oldest) && elapsedSeconds - oldest.Seconds >= options.StallProgressTimeoutSeconds - PollSchedule.RoundingSeconds)
        {
            _outsideBytes = Math.Min(_outsideBytes, oldest.Bytes);
            _candidates.Dequeue();
        }

        if (ramBytes <= _outsideBytes && (_candidates.Count == 0 || ramBytes < _lastCandidateBytes))
        {
            _candidates.Enqueue((elapsedSeconds, ramBytes));
            _lastCandidateBytes = ramBytes;
        }
    }

    private void Relax(double elapsedSeconds, double ramBytes)
    {
        _history.Enqueue(ramBytes, ramBytes);
        if (elapsedSeconds >= _relaxAtSeconds - PollSchedule.RoundingSeconds)
        {
            BestBytes = _history.Dequeue();
            _patienceSeconds *= options.PatienceWindowDecayFactor;
            _relaxAtSeconds = elapsedSeconds + _patienceSeconds;
        }
    }
}
