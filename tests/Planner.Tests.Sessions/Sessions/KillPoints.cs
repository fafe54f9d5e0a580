using System.Globalization;

namespace Planner.Tests.Sessions;

/// <summary>The journaled points that a run of the tests kills a process at: every third, beginning with another one each day, since a process a point takes minutes.</summary>
/// <remarks><c>PLANNER_KILL_FROM</c> repeats another day's: the first point, from 1 to 3. 0 stands for every point, which <c>tests/soak kills</c> tries.</remarks>
internal static class KillPoints
{
    private const int Step = 3;

    /// <summary>Points in their order, without an end: whoever tries them knows when nothing was left to kill.</summary>
    public static IEnumerable<int> Tried()
    {
        var first = Environment.GetEnvironmentVariable("PLANNER_KILL_FROM") is { } told
            ? int.Parse(told, CultureInfo.InvariantCulture)
            : 1 + (TimeProvider.System.GetUtcNow().DayOfYear % Step);
        for (var point = Math.Max(1, first); ; point += first == 0 ? 1 : Step)
        {
            yield return point;
        }
    }
}
