namespace Planner.Estimators;

/// <summary>The parts of one blackout figure, be it a median or a bound: a straight line over the bytes that remain.</summary>
/// <param name="ArcsSeconds">All arcs: stages in series, of each the slowest device or all devices together, in seconds.</param>
/// <param name="ArcsAfterQuiesceSeconds">The same without the quiesce stage.</param>
/// <param name="ArcsAfterCommitSeconds">The same on the destination alone.</param>
/// <param name="FixedSeconds">The fixed part of the transfer, and the reading and loading of the devices' state, in seconds.</param>
/// <param name="SecondsPerByte">The inverse rate of the transfer.</param>
/// <param name="StateRatio">Actual / expected bytes of the devices' state, weighted by their sizes.</param>
public readonly record struct BlackoutParts(
    double ArcsSeconds,
    double ArcsAfterQuiesceSeconds,
    double ArcsAfterCommitSeconds,
    double FixedSeconds,
    double SecondsPerByte,
    double StateRatio)
{
    /// <summary>The whole, in seconds; NaN if a part is not known.</summary>
    public double Seconds(in BlackoutLoad load) => (load.Quiesced ? ArcsAfterQuiesceSeconds : ArcsSeconds) + TransferSeconds(load);

    /// <summary>What comes after the source's arcs to STOP_COPY: transfer and destination, in seconds.</summary>
    public double SecondsAfterCommit(in BlackoutLoad load) => ArcsAfterCommitSeconds + TransferSeconds(load);

    private double TransferSeconds(in BlackoutLoad load) => FixedSeconds + SecondsPerByte * (load.RamBytes + StateRatio * load.StateBytes);
}
