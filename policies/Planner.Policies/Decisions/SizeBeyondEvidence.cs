using Planner.Measurements;

namespace Planner.Policies;

/// <summary>A device whose state is of another size than any that was seen of its class: it is another device than those, whatever its key says, and
/// neither scores nor samples of them hold for it.</summary>
/// <param name="Reason">What is so, in words.</param>
/// <param name="Remedy">What would end it, in words.</param>
internal sealed record SizeBeyondEvidence(string Reason, string Remedy)
{
    // Sizes of one device differ by what its guest does; a rate or a score that was measured with some bytes says little about ten times as many.
    private const double MostTimes = 8;

    // Less than this takes no time that matters.
    private const long UnnoticedBytes = 1 << 20;

    /// <summary>Finds the first; null if there is none. A size that is not known contradicts nothing.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="names">The names of its devices.</param>
    public static SizeBeyondEvidence? Find(DecisionSnapshot snapshot, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var device = snapshot.Devices[i];
            if (Contradicts(device.StateBytes, device.LargestStateBytes))
            {
                return Of(names[i], "is expected to carry", "in the stop phase", device.StateBytes!.Value, device.LargestStateBytes!.Value);
            }

            if (Contradicts(device.PreCopiedBytes, device.LargestPreCopiedBytes))
            {
                return Of(names[i], "has carried", "in pre-copy", device.PreCopiedBytes!.Value, device.LargestPreCopiedBytes!.Value);
            }
        }

        return null;
    }

    private static bool Contradicts(long? bytes, long? largest) => bytes > Math.Max(UnnoticedBytes, MostTimes * (largest ?? double.PositiveInfinity));

    private static SizeBeyondEvidence Of(string name, string verb, string phase, long bytes, long largest) => new(
        $"{name} {verb} {Quantity.FormatBytes(bytes)} {phase}, and the most that was seen of its class is {Quantity.FormatBytes(largest)}",
        $"a rehearsal of {name} with a state of such a size");
}
