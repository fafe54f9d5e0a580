namespace Planner.Estimators;

/// <summary>A slice of the distribution of what a byte costs; its probability is that of the same index in <see cref="Probabilities"/>.</summary>
/// <param name="SecondsPerByte">The inverse rate at its upper end.</param>
/// <param name="StateRatio">The actual / expected state at its upper end.</param>
internal readonly record struct TransferCell(double SecondsPerByte, double StateRatio)
{
    /// <summary>Upper ends of the slices, as shares: even in the body, and halving towards the tail, where bounds are read.</summary>
    public static readonly double[] UpperShares =
        [.. Enumerable.Range(1, 9).Select(i => i / 10.0), .. Enumerable.Range(4, 8).Select(i => 1 - Math.Pow(2, -i)), 1];

    /// <summary>The probabilities of the slices.</summary>
    public static readonly double[] Probabilities = [.. UpperShares.Select((share, i) => share - (i > 0 ? UpperShares[i - 1] : 0))];

    /// <summary>The slice's transfer time in seconds.</summary>
    public double Seconds(in BlackoutLoad load) => SecondsPerByte * (load.RamBytes + StateRatio * load.StateBytes);
}
