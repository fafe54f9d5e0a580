using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Measures how much a guest dirties, by QEMU's calc-dirty-rate with page sampling: the one way that is right without KVM and needs no
/// dirty ring with it.</summary>
/// <param name="connection">The monitor.</param>
/// <param name="address">The monitor's address, for messages.</param>
/// <param name="clock">The clock.</param>
/// <param name="limit">The time limit of each command, and of the wait beyond the window.</param>
internal sealed class QemuDirtyRate(QmpConnection connection, string address, TimeProvider clock, TimeSpan limit)
{
    private const double BytesPerMiB = 1 << 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures a window.</summary>
    /// <param name="length">Its length, from 100 ms to 60 s; whole milliseconds count.</param>
    /// <param name="cancellation">Gives up waiting; QEMU measures on.</param>
    /// <exception cref="HypervisorException">QEMU refuses, or does not come to an end.</exception>
    public async Task<DirtyWindow> MeasureAsync(TimeSpan length, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Shortest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Longest);
        try
        {
            await connection.ExecuteAsync(QmpCommands.CalcDirtyRate, Request(length), limit, cancellation).ConfigureAwait(false);
            var began = clock.GetTimestamp();
            await Task.Delay(length, clock, cancellation).ConfigureAwait(false);
            while (true)
            {
                var rate = await connection.ExecuteAsync(QmpCommands.QueryDirtyRate, limit, cancellation).ConfigureAwait(false);
                if (rate.IsMeasured)
                {
                    return new DirtyWindow(length, (long)(Math.Max(0, rate.MegabytesPerSecond!.Value) * BytesPerMiB * length.TotalSeconds));
                }

                if (clock.GetElapsedTime(began) > length + limit)
                {
                    throw QemuFailures.Make(HypervisorFault.TimedOut, address, "its dirty rate was not measured in time; try again when the host has less to do");
                }

                await Task.Delay(Poll, clock, cancellation).ConfigureAwait(false);
            }
        }
        catch (QmpException e)
        {
            throw QemuFailures.Of(e, address);
        }
    }

    private static QmpDirtyRateRequest Request(TimeSpan length)
    {
        var milliseconds = (long)length.TotalMilliseconds;
        var isSeconds = milliseconds % 1000 == 0;
        return new QmpDirtyRateRequest
        {
            CalcTime = isSeconds ? milliseconds / 1000 : milliseconds,
            CalcTimeUnit = isSeconds ? null : "millisecond",
            Mode = "page-sampling",
        };
    }
}
