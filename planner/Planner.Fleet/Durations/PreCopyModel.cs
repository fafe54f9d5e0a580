using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>How long a machine's memory takes to move: rounds of pre-copy over its dirty curve, then what is left while it stands.</summary>
internal static class PreCopyModel
{
    private const int MostRounds = 200;

    // Rounds that shrink by less have settled at the floor V* = D(V* / B): more of them change nothing.
    private const double Settled = 0.98;

    /// <summary>The time until the last byte is there, in seconds.</summary>
    /// <param name="memoryBytes">The memory, sent once in the first round.</param>
    /// <param name="bytesPerSecond">The rate of sending; above 0.</param>
    /// <param name="dirty">What is written meanwhile; null for nothing.</param>
    /// <param name="dirtyRateLimit">The most that is written in a second; infinite for no limit.</param>
    /// <param name="stopBytes">With so little left the machine is stopped.</param>
    public static double Seconds(double memoryBytes, double bytesPerSecond, DirtyCurve? dirty, double dirtyRateLimit, double stopBytes)
    {
        var window = memoryBytes / bytesPerSecond;
        var seconds = window;
        if (dirty is null)
        {
            return seconds;
        }

        for (var round = 0; round < MostRounds; round++)
        {
            var left = Math.Min(memoryBytes, Math.Min(dirty.UniqueBytes(window), dirtyRateLimit * window));
            var next = left / bytesPerSecond;
            seconds += next;
            if (left <= stopBytes || next > window * Settled)
            {
                break;
            }

            window = next;
        }

        return seconds;
    }
}
