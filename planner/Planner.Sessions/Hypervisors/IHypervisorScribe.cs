using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Writes down what happens in a session with hypervisors, and judges the moments of pre-copy.</summary>
internal interface IHypervisorScribe
{
    /// <summary>The intended walk, for the journal.</summary>
    JournalHeader Header();

    /// <summary>Judges a moment; null where nothing is decided.</summary>
    PassJudgement? Judge(PreCopyProgressed progress);

    /// <summary>Takes notice of what happened and what follows; called after the commands were given.</summary>
    void Note(HypervisorState? before, EngineEvent? happened, Step<HypervisorState> step);
}
