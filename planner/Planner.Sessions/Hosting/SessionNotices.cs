using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Tells the observers. What an observer does wrong is its own business.</summary>
internal sealed class SessionNotices(string migrationId, TimeProvider clock, IReadOnlyList<ISessionObserver> observers)
{
    public string MigrationId => migrationId;

    public DateTimeOffset Now => clock.GetUtcNow();

    public void Send(SessionNotice notice)
    {
        foreach (var observer in observers)
        {
            try
            {
                observer.On(notice);
            }
            catch (Exception)
            {
                // A broken display or exporter must not cost a guest its device.
            }
        }
    }
}
