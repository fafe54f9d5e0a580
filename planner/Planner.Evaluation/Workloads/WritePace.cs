namespace Planner.Evaluation;

/// <summary>Where a machine is in its schedule of writing.</summary>
internal sealed class WritePace
{
    private readonly IReadOnlyList<MemoryPhase> _phases;
    private int _phase;

    /// <summary>Starts so far into the schedule.</summary>
    public WritePace(MemoryWorkload memory, double offsetSeconds)
    {
        _phases = memory.Phases;
        if (_phases.Count == 0)
        {
            NextChangeSeconds = double.PositiveInfinity;
            return;
        }

        while (offsetSeconds >= _phases[_phase].Seconds && _phase < _phases.Count - 1)
        {
            offsetSeconds -= _phases[_phase++].Seconds;
        }

        NextChangeSeconds = Math.Max(0, _phases[_phase].Seconds - offsetSeconds);
    }

    /// <summary>The factor on all write rates now.</summary>
    public double Scale => _phases.Count == 0 ? 1 : _phases[_phase].Scale;

    /// <summary>When the factor changes, in seconds since the migration began.</summary>
    public double NextChangeSeconds { get; private set; }

    /// <summary>Goes on to the next phase.</summary>
    public void Change()
    {
        _phase = (_phase + 1) % _phases.Count;
        NextChangeSeconds += _phases[_phase].Seconds;
    }
}
