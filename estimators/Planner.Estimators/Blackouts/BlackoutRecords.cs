using Planner.Measurements;

namespace Planner.Estimators;

/// <summary>What a blackout has to do from a moment on.</summary>
/// <param name="RamBytes">Memory to send; at least 0.</param>
/// <param name="StateBytes">Device state to send, all devices together, as expected; at least 0.</param>
/// <param name="Quiesced">Whether the quiesce stage is behind.</param>
public readonly record struct BlackoutLoad(double RamBytes, double StateBytes, bool Quiesced);

/// <summary>The stages of a blackout that devices walk arcs in, in their order. All devices wait for each other at the end of every stage;
/// the transfer of what remains lies between <see cref="Stop"/> and <see cref="Load"/>.</summary>
public enum BlackoutStage
{
    /// <summary>On the source, into the P2P state.</summary>
    Quiesce,

    /// <summary>On the source, on to STOP_COPY.</summary>
    Stop,

    /// <summary>On the destination, out of RESUMING: the state takes effect.</summary>
    Load,

    /// <summary>On the destination, into RUNNING_P2P.</summary>
    Start,

    /// <summary>On the destination, into RUNNING.</summary>
    Run,
}

/// <summary>One or more arcs of a device that were measured together, and the stages they lie in.</summary>
/// <param name="Arc">From the first state to the last; more than one single arc if it is a combination.</param>
/// <param name="First">The stage of its first single arc.</param>
/// <param name="Last">The stage of its last single arc.</param>
public readonly record struct StagedArc(Arc Arc, BlackoutStage First, BlackoutStage Last);

/// <summary>What a term of the blackout measures.</summary>
public enum TermKind
{
    /// <summary>The latency of an arc, in seconds.</summary>
    Arc,

    /// <summary>The part of a transfer that does not grow with the bytes, in seconds.</summary>
    TransferFixed,

    /// <summary>The inverse of a transfer's mean rate, in seconds per byte.</summary>
    TransferRate,

    /// <summary>Reading a device's state out and loading it beyond what the link takes, in seconds.</summary>
    StateWork,

    /// <summary>The size of a device's state as a multiple of the expected size.</summary>
    StateSize,
}

/// <summary>The figures of one term, in the unit of its kind.</summary>
/// <param name="Samples">The number of samples.</param>
/// <param name="Median">The median; NaN without samples.</param>
/// <param name="Bound">The upper bound at the term's part of the allowed misses and of the error probability; NaN if there are too few samples.</param>
/// <param name="Largest">The largest sample; NaN without samples.</param>
public readonly record struct TermFigures(int Samples, double Median, double Bound, double Largest);

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

/// <summary>The union bound at one share of misses.</summary>
/// <param name="Misses">The share of blackouts that exceed the bound at most.</param>
/// <param name="Parts">The bound.</param>
public readonly record struct UnionLevel(double Misses, BlackoutParts Parts);
