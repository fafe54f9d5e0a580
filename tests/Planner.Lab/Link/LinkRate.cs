namespace Planner.Lab;

/// <summary>The rate of a link over time: one, or two that take turns.</summary>
/// <param name="FirstBytesPerSecond">The rate of the first, third, fifth... turn; above 0.</param>
/// <param name="SecondBytesPerSecond">The rate of the other turns; above 0.</param>
/// <param name="Turn">How long a turn takes.</param>
public sealed record LinkRate(double FirstBytesPerSecond, double SecondBytesPerSecond, TimeSpan Turn)
{
    /// <summary>Bytes in a MiB.</summary>
    public const double MiB = 1024 * 1024;

    /// <summary>A rate that stays.</summary>
    /// <param name="mebibytesPerSecond">MiB/s, above 0.</param>
    public static LinkRate Steady(double mebibytesPerSecond) => Alternating(mebibytesPerSecond, mebibytesPerSecond, TimeSpan.FromSeconds(1));

    /// <summary>Two rates that take turns.</summary>
    /// <param name="first">MiB/s, above 0.</param>
    /// <param name="second">MiB/s, above 0.</param>
    /// <param name="turn">How long each of them holds at a time.</param>
    public static LinkRate Alternating(double first, double second, TimeSpan turn)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(first);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(second);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(turn, TimeSpan.Zero);
        return new(first * MiB, second * MiB, turn);
    }

    /// <summary>The rate at a time, in bytes a second.</summary>
    /// <param name="sinceStart">The time since the rate was set.</param>
    public double At(TimeSpan sinceStart) => sinceStart.Ticks / Turn.Ticks % 2 == 0 ? FirstBytesPerSecond : SecondBytesPerSecond;
}
