using Planner.Measurements;

namespace Planner.Tests.Telemetry;

/// <summary>The notices of one migration, as a session gives them.</summary>
internal sealed class SessionNotices(string id, string slaClass)
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public MigrationStarted Started => new("vm1", "vfio-user:/a", "vfio-user:/b", slaClass, TimeSpan.FromMilliseconds(300)) { MigrationId = id, At = Noon };

    public Decided Decided => new(1, Verdict.Commit, BoundMethod.Union, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(300), "it fits")
    {
        MigrationId = id,
        At = Noon.AddSeconds(1),
        Terms = () => [new ForetoldTerm("arc RUNNING_P2P->STOP", "nic0", TimeSpan.FromMilliseconds(30)), new ForetoldTerm("arc RUNNING_P2P->STOP", "nic1", TimeSpan.FromMilliseconds(7))],
    };

    public PhaseEntered StopCopy => new(SessionPhase.StopCopy) { MigrationId = id, At = Noon.AddSeconds(1) };

    public StreamMoved Moved => new("nic0", TransferPhase.StopCopy, 2_000_000, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(25)) { MigrationId = id, At = Noon.AddSeconds(1.1) };

    public ArcRun Arc(ArcOutcome outcome = ArcOutcome.Completed, Errno errno = Errno.None) => new(
        "nic0",
        $"sim/{slaClass}",
        MigrationSide.Source,
        new Arc(DeviceState.RunningP2P, DeviceState.Stop),
        new ArcResult(outcome, DeviceState.Stop, errno, TimeSpan.FromMilliseconds(40)),
        InBlackout: true) { MigrationId = id, At = Noon.AddSeconds(1.05) };

    public MigrationEnded Ended(MigrationOutcome outcome = MigrationOutcome.Completed, int blackoutMilliseconds = 120) =>
        new(outcome, TimeSpan.FromMilliseconds(blackoutMilliseconds), TimeSpan.FromMilliseconds(300), "that is how it went") { MigrationId = id, At = Noon.AddSeconds(2), IsOverLimit = outcome == MigrationOutcome.CompletedOverLimit };

    public IEnumerable<SessionNotice> All() => [Started, Decided, StopCopy, Arc(), Moved, Ended()];
}
