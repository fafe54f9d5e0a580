using System.Diagnostics;
using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>Ends its own process with SIGKILL right after it has journaled the step of a number.</summary>
internal sealed class KillingJournal(IJournal inner, int killAt) : IJournal
{
    private int _steps;

    public void Begin(JournalHeader header)
    {
        inner.Begin(header);
        Count();
    }

    public void Append(in JournalEntry entry)
    {
        inner.Append(entry);
        Count();
    }

    public void Sync()
    {
        inner.Sync();
        Count();
    }

    public void Close()
    {
        Count();
        inner.Close();
    }

    public void Dispose() => inner.Dispose();

    private void Count()
    {
        if (Interlocked.Increment(ref _steps) == killAt)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
