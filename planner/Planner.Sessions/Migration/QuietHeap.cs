using Planner.Engine;

namespace Planner.Sessions;

/// <summary>Keeps the garbage collector away from a switchover: from before the decision until the machine runs again.</summary>
/// <remarks>The runtime collects once at the beginning, while the guest still runs. Where it will not promise a pause, or another session of
/// this process has asked already, the session goes on without: what it allocates in a switchover is a small part of one generation.</remarks>
internal sealed class QuietHeap
{
    // Far above what a switchover allocates, and small enough for a guest of 256 MiB.
    private const long Bytes = 8L << 20;

    private bool _isQuiet;

    /// <summary>Whether a stage belongs to what must not be interrupted.</summary>
    public static bool IsWanted(EngineStage stage) =>
        stage is EngineStage.Evaluating or EngineStage.Quiescing or EngineStage.Unquiescing or EngineStage.Stopping or EngineStage.Judging or EngineStage.Starting;

    /// <summary>Collects now and not again until <see cref="End"/>.</summary>
    public void Begin()
    {
        if (_isQuiet)
        {
            return;
        }

        try
        {
            _isQuiet = GC.TryStartNoGCRegion(Bytes);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            _isQuiet = false;
        }
    }

    /// <summary>Lets the collector work again.</summary>
    public void End()
    {
        if (!_isQuiet)
        {
            return;
        }

        _isQuiet = false;
        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // More was allocated than was set aside, and the runtime ended the pause itself.
        }
    }
}
