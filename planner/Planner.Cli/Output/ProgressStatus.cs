using Planner.Measurements;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Shows on a terminal, in one moving line, where a session is.</summary>
internal sealed class ProgressStatus(StatusContext status) : ISessionObserver
{
    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        switch (notice)
        {
            case PhaseEntered e when ProgressLines.Describe(e.Phase) is { Length: > 0 } words:
                status.Status(Markup.Escape(words));
                break;
            case Decided e:
                status.Status(Markup.Escape(ProgressLines.Describe(e)));
                break;
            case ArcRun { InBlackout: true } e:
                status.Status(Markup.Escape($"{e.Device}: {e.Arc}"));
                break;
            default:
                break;
        }
    }
}
