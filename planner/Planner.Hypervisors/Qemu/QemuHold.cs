using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>The thresholds by which QEMU is held in pre-copy, and let go.</summary>
/// <remarks>
/// QEMU stops the guest when what is left is below avail-switchover-bandwidth / 1000 * downtime-limit bytes. It counts exactly, by a new dirty
/// sync, whenever its estimate is below that. If the product rounds to 0, QEMU 10.0 stops at the end of the first pass without counting (seen:
/// 43 to 51 MB left, 0.8 to 1.0 s of blackout). So the limit is always 1 ms, the bandwidth at least 1000, and the product is the bytes.
/// </remarks>
internal static class QemuHold
{
    private const long BandwidthPerByte = 1000;

    /// <summary>The most bytes that can be allowed: 1 PB, far above any machine and far below what overflows.</summary>
    public const long MaxBytes = 1_000_000_000_000_000;

    /// <summary>What the operator has set about the link. A threshold that a planner left behind is none of the operator's figures.</summary>
    public static LinkFigures FiguresOf(QmpMigrationParameters parameters) => new(
        parameters.MaxBandwidth is > 0 and var cap ? cap : null,
        parameters is { SwitchoverBytesPerSecond: > 0 and var figure, DowntimeLimitMilliseconds: not 1 } ? figure : null);

    /// <summary>Holds: a threshold of 1 byte, which only a guest with nothing left to send is below.</summary>
    public static QmpMigrationParameters Held { get; } = Threshold(1);

    /// <summary>Lets QEMU stop the guest when fewer bytes than these are left by its own exact count.</summary>
    /// <param name="bytes">The threshold in bytes; what is below 1 counts as 1.</param>
    public static QmpMigrationParameters Threshold(long bytes) => new()
    {
        DowntimeLimitMilliseconds = 1,
        SwitchoverBytesPerSecond = (ulong)(Math.Clamp(bytes, 1, MaxBytes) * BandwidthPerByte),
    };
}
