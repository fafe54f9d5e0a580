namespace Planner.Estimators;

/// <summary>A slice of the distribution of what a byte costs.</summary>
/// <param name="Probability">The slice's probability.</param>
/// <param name="SecondsPerByte">The inverse rate at its upper end.</param>
/// <param name="StateRatio">The actual / expected state at its upper end.</param>
internal readonly record struct TransferCell(double Probability, double SecondsPerByte, double StateRatio)
{
    /// <summary>The slice's transfer time in seconds.</summary>
    public double Seconds(in BlackoutLoad load) => SecondsPerByte * (load.RamBytes + StateRatio * load.StateBytes);

    /// <summary>Upper ends of the slices, as shares: even in the body, and halving towards the tail, where bounds are read.</summary>
    public static readonly double[] UpperShares =
        [.. Enumerable.Range(1, 14).Select(i => i / 16.0), .. Enumerable.Range(4, 9).Select(i => 1 - Math.Pow(2, -i)), 1];
}
