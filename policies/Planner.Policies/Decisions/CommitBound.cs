using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>The bound that a commit would stand on. Which one it is depends on the evidence alone, never on which is smaller.</summary>
internal sealed class CommitBound
{
    private readonly BlackoutParts _parts;
    private readonly double _factor;
    private readonly IndependentBlackout? _independent;
    private readonly double _tail;

    /// <summary>A bound that is a straight line over the bytes: scores times the prediction, or a sum of bounds of terms.</summary>
    public CommitBound(BoundMethod method, in BlackoutParts parts, double factor)
    {
        Method = method;
        _parts = parts;
        _factor = factor;
    }

    /// <summary>The quantile of the model under independence.</summary>
    public CommitBound(IndependentBlackout independent, in BlackoutParts median, double tail)
    {
        Method = BoundMethod.Independent;
        _parts = median;
        _independent = independent;
        _tail = tail;
    }

    /// <summary>How the bound was found.</summary>
    public BoundMethod Method { get; }

    /// <summary>Actual / expected bytes of all devices together, as the bound counts them.</summary>
    public double StateRatio => _parts.StateRatio;

    /// <summary>The bound of what is left of the blackout, in seconds.</summary>
    public double Seconds(in BlackoutLoad load) => _independent?.Quantile(load, _tail) ?? _factor * _parts.Seconds(load);

    /// <summary>The bound of what follows the source's arcs to STOP_COPY, in seconds.</summary>
    /// <remarks>A union bound and worst cases have their own sum for it. Otherwise it is the same share of the bound as of the prediction.</remarks>
    public double SecondsAfterCommit(in BlackoutLoad load) => _independent is null
        ? _factor * _parts.SecondsAfterCommit(load)
        : Seconds(load) * _parts.SecondsAfterCommit(load) / Math.Max(_parts.Seconds(load), double.Epsilon);

    /// <summary>The most memory with which the bound is at most so long, in bytes; below 0 if not even none would do.</summary>
    public double RamBytesFor(in BlackoutLoad load, double seconds) => _independent?.RamBytesFor(load, seconds, _tail)
        ?? (seconds / _factor - _parts.Seconds(load with { RamBytes = 0 })) / _parts.SecondsPerByte;

    /// <summary>The same bound if every transfer ran at one rate.</summary>
    public CommitBound AtRate(double bytesPerSecond) => _independent is null
        ? new CommitBound(Method, _parts with { SecondsPerByte = 1 / bytesPerSecond }, _factor)
        : new CommitBound(_independent.AtRate(bytesPerSecond), _parts, _tail);
}
