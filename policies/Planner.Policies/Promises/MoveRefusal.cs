using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Why a machine is not even tried now.</summary>
/// <param name="Reason">One sentence.</param>
/// <param name="CheapestChange">What would let it be tried, in a sentence.</param>
/// <param name="Until">When it may be tried again if nothing changes; null if that is not known.</param>
public sealed record MoveRefusal(string Reason, string CheapestChange, DateTimeOffset? Until)
{
    /// <summary>How far back attempts have to be known.</summary>
    /// <param name="policy">The class.</param>
    public static TimeSpan Memory(SlaPolicy policy) => policy.ErrorBudget is { } budget && budget.Per > AttemptLimit.Memory ? budget.Per : AttemptLimit.Memory;

    /// <summary>Asks whether the machine's own past keeps it where it is: a spent error budget, or attempts in vain.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="policy">Its class.</param>
    /// <param name="attempts">Its attempts of <see cref="Memory"/>, oldest first.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null if nothing of it does.</returns>
    public static MoveRefusal? Find(string machine, SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now) =>
        OfBudget(machine, policy, attempts, now) ?? OfAttempts(machine, policy, attempts, now);

    private static MoveRefusal? OfBudget(string machine, SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        if (policy.ErrorBudget is not { } budget || MachineBudget.Of(machine, budget, attempts, now) is not { IsSpent: true } spent)
        {
            return null;
        }

        var until = spent.ComesBack is { } back ? $"; some of it comes back at {Utc(back)}" : "";
        return new MoveRefusal(
            $"The error budget of {machine} under the class '{policy.Name}' is spent: {Quantity.Format(spent.Spent)} of {Quantity.Format(budget.Blackout)} in {Quantity.Format(budget.Per)}, in {Counted(spent.Attempts, "attempt")}{until}.",
            spent.ComesBack is { } at ? $"wait until {Utc(at)}, or give the class a larger errorBudget" : "give the class a larger errorBudget",
            spent.ComesBack);
    }

    private static MoveRefusal? OfAttempts(string machine, SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        // A recovery ends an attempt that is counted already.
        var inVain = attempts
            .Where(a => a.Machine == machine && a.IsPromised && a.Kind != AttemptKind.Recovery && a.Ended > now - AttemptLimit.Memory)
            .Reverse().TakeWhile(a => !a.HasMoved).ToList();
        if (policy.Attempts is not { } limit || inVain.Count == 0)
        {
            return null;
        }

        var last = inVain[0];
        var said = $"the last one said: {last.Reason.TrimEnd('.')}";
        if (inVain.Count >= limit.AtMost)
        {
            var until = inVain[limit.AtMost - 1].Ended + AttemptLimit.Memory;
            return new MoveRefusal(
                $"{Counted(inVain.Count, "attempt")} in a row left {machine} where it is, and the class '{policy.Name}' allows {limit.AtMost} in {Quantity.Format(AttemptLimit.Memory)}; {said}. It may be tried again at {Utc(until)}.",
                $"remove what the last attempt named, and wait until {Utc(until)} or raise attempts.atMost", until);
        }

        var next = last.Ended + limit.WaitAfter(inVain.Count);
        return next > now
            ? new MoveRefusal(
                $"{Counted(inVain.Count, "attempt")} in a row left {machine} where it is; {said}. The class '{policy.Name}' has the next one wait until {Utc(next)}.",
                $"wait until {Utc(next)}, or lower attempts.backOff", next)
            : null;
    }

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Utc(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
