namespace Planner.Tests.Sessions;

/// <summary>The journaled points that a run of the tests kills a process at: every third, beginning with another one each day, since a process a point takes minutes;
/// all of them in <c>tests/soak kills</c>. Simulated worlds kill the same code at every point, every time.</summary>
internal static class KillPoints
{
    private const int Step = 3;

    /// <summary>Points in their order, from 1 on, without an end: whoever tries them knows when nothing was left to kill.</summary>
    public static IEnumerable<int> Tried()
    {
        var tryAll = Environment.GetEnvironmentVariable("PLANNER_KILL_EVERYWHERE") == "1";
        var first = tryAll ? 1 : 1 + (DateTime.UtcNow.DayOfYear % Step);
        for (var point = first; ; point += tryAll ? 1 : Step)
        {
            yield return point;
        }
    }
}
