using Planner.Estimators;
using Planner.Evidence;

namespace Planner.Engine;

/// <summary>Stands for what few samples have not shown yet.</summary>
/// <remarks>
/// The next sample exceeds the largest of n with probability 1 / (n + 1). While that is more than may be missed, a quantile of the samples is too low
/// however it is taken, so a value above the largest and, to leave the median where it is, one below the smallest are assumed. This claims nothing: it is
/// the model's guess, and the decision says how many values are assumed.
/// </remarks>
/// <param name="allowedMisses">The share of commits that may miss; in (0, 1).</param>
internal sealed class AssumedSpread(double allowedMisses)
{
    // Of two arcs whose p99 is 1.3 times their median one exceeds the other by more than this with a probability of 8 %. A larger factor keeps a class
    // that accepts guesses from ever measuring a second time what it could well promise.
    private const double Factor = 1.25;

    /// <summary>The samples with what is assumed before them.</summary>
    /// <param name="measured">The samples, oldest first.</param>
    /// <param name="guess">What stands for them while there are none.</param>
    /// <returns>The values, and how many of the first are assumed.</returns>
    public (Samples Seconds, int Assumed) Of(Samples measured, Samples guess) =>
        measured.Count == 0 ? (guess, guess.Count)
        : 1.0 / (measured.Count + 1) <= allowedMisses + 1e-9 ? (measured, 0)
        : (Samples.Of([measured.Sorted[0] / Factor, measured.Sorted[^1] * Factor, .. measured]), 2);

    /// <summary>How long reading and loading so many bytes of the devices' state takes.</summary>
    public (Samples Seconds, int Assumed) StateSeconds(EvidenceView view, MachineKeys keys, long bytes)
    {
        var (perByte, assumed) = Of(view.Over(keys.StateClass).SecondsPerByte, Samples.None);
        return bytes == 0 || perByte.Count == 0 ? (Samples.None, 0) : (perByte.Times(bytes), assumed);
    }
}
