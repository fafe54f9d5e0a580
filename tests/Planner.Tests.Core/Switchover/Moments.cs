using Planner.Policies;

namespace Planner.Tests.Switchover;

/// <summary>Moments of a pre-copy that sends 1000 bytes a second, so that a byte takes a millisecond.</summary>
internal static class Moments
{
    public const double GiB = 1 << 30;

    /// <summary>A moment between syncs.</summary>
    public static PreCopyMoment At(double elapsedSeconds, double ramBytes = 1_000_000) => new()
    {
        ElapsedSeconds = elapsedSeconds,
        Round = 1,
        RamBytes = ramBytes,
        BytesPerSecond = 1000,
        SentBytes = elapsedSeconds * 1000,
        TotalBytes = 8 * GiB,
        TrueBlackoutSeconds = double.NaN,
    };

    /// <summary>A sync.</summary>
    public static PreCopyMoment SyncAt(double elapsedSeconds, double ramBytes = 1_000_000) => At(elapsedSeconds, ramBytes) with { IsSync = true };
}
