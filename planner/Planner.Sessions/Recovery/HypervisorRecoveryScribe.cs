using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>A recovery measures nothing and decides nothing.</summary>
internal sealed class HypervisorRecoveryScribe(JournalHeader header) : IHypervisorScribe
{
    public JournalHeader Header() => header;

    public PassJudgement? Judge(PreCopyProgressed progress) => null;

    public void Note(HypervisorState? before, EngineEvent? happened, Step<HypervisorState> step)
    {
    }
}
