using System.Threading.Channels;
using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What everybody who carries a session out works with: its services, its journal, and the queue of what happened.</summary>
internal sealed class SessionShell(SessionServices services)
{
    private readonly Channel<SessionEvent> _happened = Channel.CreateUnbounded<SessionEvent>(new UnboundedChannelOptions { SingleReader = true });
    private int _isJournalBroken;

    public SessionServices Services => services;

    public long Now => services.Clock.NowNanoseconds();

    public void Post(EngineEvent happened, TransferResult? transfer = null) => _happened.Writer.TryWrite(new SessionEvent(happened, transfer));

    public ValueTask<SessionEvent> TakeAsync() => services.Threads.TakeAsync(_happened.Reader);

    /// <summary>Says that something failed which nobody foresaw.</summary>
    /// <param name="unanswered">What will not be answered because of it.</param>
    /// <param name="failure">What failed.</param>
    public static ShellFailed Failed(IEnumerable<EngineCommand> unanswered, Exception failure) => new([.. unanswered], failure.Message.TrimEnd('.'));

    /// <summary>Notes a step in the journal.</summary>
    /// <remarks>What cannot be written is thrown once, before the step is done, and leads home. On the way there the journal does without, but nothing is
    /// handed over that is not written down.</remarks>
    public void Append(JournalEntryKind kind, long at, MigrationSide side = default, int device = 0, Arc arc = default, ArcOutcome outcome = default)
    {
        try
        {
            services.Journal?.Append(new JournalEntry(kind, at, side, device, arc, outcome));
        }
        catch (Exception) when (Interlocked.Exchange(ref _isJournalBroken, 1) != 0 && kind != JournalEntryKind.Handover)
        {
            // It was told before.
        }
    }

    /// <summary>Waits until the journal is on its disk. Never while the guest stands: a disk may take seconds.</summary>
    /// <remarks>What fails is thrown once, as by <see cref="Append"/>.</remarks>
    public void SyncJournal()
    {
        try
        {
            services.Journal?.Sync();
        }
        catch (Exception) when (Interlocked.Exchange(ref _isJournalBroken, 1) != 0)
        {
            // It was told before.
        }
    }
}
