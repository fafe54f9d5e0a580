using System.Globalization;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>The verdict on a plan in one sentence.</summary>
internal static class PlanReason
{
    public static string Of(FleetTask task, int moves, int blocked, PlanReplay replay, double? inTime)
    {
        var done = $"{moves} {(moves == 1 ? "move is" : "moves are")} done in {Words.Seconds(PlanReplay.Quantile(replay.Finish, 0.5))} (P50) to {Words.Seconds(PlanReplay.Quantile(replay.Finish, 0.95))} (P95)";
        var rest = blocked > 0 ? $"; {blocked} {(blocked == 1 ? "machine" : "machines")} cannot move and {(blocked == 1 ? "runs" : "run")} on" : "";
        if (task.FinishWithin is not { } within || inTime is not { } share)
        {
            return done + rest;
        }

        var need = share >= task.Confidence ? "" : $", which it would reach in {Words.SecondsUp(PlanReplay.Quantile(replay.Finish, task.Confidence))}";
        return $"{done}; within {Words.Seconds(within.TotalSeconds)} with a probability of {Percent(share)}, where {Percent(task.Confidence)} is asked for{need}{rest}";
    }

    private static string Percent(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} %";
}
