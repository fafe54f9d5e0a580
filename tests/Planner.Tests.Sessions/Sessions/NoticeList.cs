using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>Keeps what observers are told.</summary>
internal sealed class NoticeList : ISessionObserver
{
    public List<SessionNotice> Notices { get; } = [];

    public IEnumerable<SessionPhase> Phases => Notices.OfType<PhaseEntered>().Select(p => p.Phase);

    public void On(SessionNotice notice) => Notices.Add(notice);
}
