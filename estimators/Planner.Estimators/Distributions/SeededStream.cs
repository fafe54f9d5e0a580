namespace Planner.Estimators;

/// <summary>
/// A stream of random numbers that depends on its seed alone, cheap enough to open one for each purpose of each migration, so that
/// what one purpose draws never shifts another. The generator is SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
/// </summary>
public struct SeededStream
{
    private ulong _state;
    private double _spareNormal = double.NaN;

    /// <summary>Opens the stream.</summary>
    /// <param name="seed">The seed of the whole run.</param>
    /// <param name="cell">Which cell of the grid.</param>
    /// <param name="migration">Which migration.</param>
    /// <param name="purpose">What the draws are for.</param>
    public SeededStream(ulong seed, int cell, int migration, int purpose)
    {
        _state = Mix(Mix(Mix(Mix(seed) + (uint)cell) + (uint)migration) + (uint)purpose);
    }

    /// <summary>A number in (0, 1).</summary>
    public double NextOpenUnit() => ((Next() >> 12) + 0.5) * (1.0 / (1UL << 52));

    /// <summary>A number from the standard normal distribution (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }

        var radius = Math.Sqrt(-2 * Math.Log(NextOpenUnit()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * NextOpenUnit());
        _spareNormal = radius * sine;
        return radius * cosine;
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Finalize(_state);
    }

    private static ulong Mix(ulong value) => Finalize(value + 0x9E3779B97F4A7C15);

    private static ulong Finalize(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
