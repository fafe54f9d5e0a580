namespace Planner.Testing;

/// <summary>What the calling thread allocates.</summary>
public static class Allocations
{
    private const int Rounds = 5;

    /// <summary>The fewest bytes that one of several rounds allocated. What the code itself allocates shows in each of them; a collection that other
    /// threads ask for, or a method that is compiled anew, adds to the thread's count in some.</summary>
    public static long Fewest(Action round)
    {
        var fewest = long.MaxValue;
        for (var i = 0; i < Rounds && fewest != 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
