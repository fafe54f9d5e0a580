namespace Planner.Simulation;

/// <summary>
/// Random numbers by name rather than by turn: each depends on the seed, its kind, its series and its place in the series alone.
/// So the future can be foretold without taking anything from it, and a fault more or less shifts no other number.
/// </summary>
/// <param name="seed">The seed.</param>
internal readonly struct Draws(ulong seed)
{
    /// <summary>64 random bits.</summary>
    public ulong Bits(DrawKind kind, int series, long number)
    {
        var x = Mix(seed + 0x9E3779B97F4A7C15);
        x = Mix(x ^ (((ulong)kind << 32) | (uint)series));
        return Mix(x + ((ulong)number * 0x9E3779B97F4A7C15));
    }

    /// <summary>A number between 0 and 1, both excluded.</summary>
    public double Uniform(DrawKind kind, int series, long number) => ((Bits(kind, series, number) >> 12) + 0.5) * (1.0 / (1L << 52));

    // The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
