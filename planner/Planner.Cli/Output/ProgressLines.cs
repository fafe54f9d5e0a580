using Planner.Measurements;

namespace Planner.Cli;

/// <summary>Prints what happens in a session as plain lines: phases and decisions, and with more detail every arc.</summary>
internal sealed class ProgressLines(TextWriter output, bool everyStep) : ISessionObserver
{
    private string _last = "";

    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        var line = notice switch
        {
            PhaseEntered e => Describe(e.Phase),
            Decided e => Describe(e),
            ArcRun e when everyStep || !e.Result.Reached => Describe(e),
            StreamMoved e when everyStep => $"{e.Device}: {Quantity.FormatBytes(e.Bytes)} carried in {Quantity.Format(e.Took)}",
            _ => "",
        };

        // Many evaluations in a row say the same; one line is enough.
        if (line.Length > 0 && line != _last)
        {
            output.WriteLine(line);
            _last = line;
        }
    }

    /// <summary>What a phase is, in words.</summary>
    public static string Describe(SessionPhase phase) => phase switch
    {
        SessionPhase.Preparing => "preparing the destination",
        SessionPhase.PreCopy => "the machine runs; waiting for a moment that fits",
        SessionPhase.Quiescing => "quiescing the devices",
        SessionPhase.StopCopy => "past the commit point: the devices stop and stream",
        SessionPhase.Resuming => "everything is loaded; the destination starts",
        SessionPhase.GoingBack => "going back to RUNNING on the source",
        _ => "",
    };

    /// <summary>A decision in one line.</summary>
    public static string Describe(Decided decided) =>
        $"gate {decided.Gate}: {decided.Verdict.ToString().ToLowerInvariant()}: {decided.Reason}";

    private static string Describe(ArcRun run)
    {
        var side = run.Side == MigrationSide.Source ? "source" : "destination";
        var end = run.Result.Reached ? "" : $", {run.Result.Outcome.ToString().ToLowerInvariant()}{(run.Result.Errno == Errno.None ? "" : $" ({run.Result.Errno})")}";
        return $"{run.Device} on the {side}: {run.Arc} in {Quantity.Format(run.Result.Took)}{end}";
    }
}
