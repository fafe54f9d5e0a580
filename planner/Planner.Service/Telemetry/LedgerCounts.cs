using Planner.Measurements;
using Planner.Policies;

namespace Planner.Service;

/// <summary>What monitoring is told of promises: counted from the ledger, so that neither a restart nor a late scrape loses an attempt.</summary>
internal sealed class LedgerCounts(IMeasurementStore store, PolicyBook policies, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private IReadOnlyList<ClassCounts> _counts = [];
    private long? _countedAt;
    private Task _counting = Task.CompletedTask;
    private long _countingSince;

    /// <summary>A class's counts.</summary>
    /// <param name="SlaClass">The class.</param>
    /// <param name="Budget">Its budget in the period.</param>
    /// <param name="Windows">The windows of burn rates, by their names.</param>
    /// <param name="Bounds">Commits of the period that a bound was set for.</param>
    /// <param name="BoundsMissed">Those that took longer.</param>
    /// <param name="EvidenceAge">How long ago the last blackout was, of a commit or a rehearsal; null for never in the period.</param>
    internal sealed record ClassCounts(string SlaClass, ClassBudget Budget, IReadOnlyList<(string Name, BurnCount Count)> Windows, int Bounds, int BoundsMissed, TimeSpan? EvidenceAge);

    /// <summary>The counts of all classes, some seconds old at most, unless the store takes longer than a second over them: then the last that were counted, so that a slow store holds up no scrape.</summary>
    public IReadOnlyList<ClassCounts> Read()
    {
        Task counting;
        TimeSpan left;
        lock (_gate)
        {
            if (_countedAt is { } at && clock.GetElapsedTime(at) < Fresh)
            {
                return _counts;
            }

            if (_counting.IsCompleted)
            {
                _countingSince = clock.GetTimestamp();
                _counting = Task.Run(Count);
            }

            counting = _counting;
            left = Patience - clock.GetElapsedTime(_countingSince);
        }

        counting.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        lock (_gate)
        {
            return _counts;
        }
    }

    private void Count()
    {
        try
        {
            var now = clock.GetUtcNow();
            var longest = policies.All.Max(p => p.ErrorBudget?.Per ?? ClassBudget.UsualPeriod);
            var attempts = store.ReadSummaries(null, now - (longest > ClassBudget.UsualPeriod ? longest : ClassBudget.UsualPeriod));
            IReadOnlyList<ClassCounts> counts = [.. policies.All.Select(p => Of(p, attempts, now))];
            lock (_gate)
            {
                (_counts, _countedAt) = (counts, clock.GetTimestamp());
            }
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            // Old counts are better than none; that the store is gone is told apart.
        }
    }

    /// <summary>A window as labels name it: <c>5m</c>, <c>6h</c>, <c>3d</c>.</summary>
    public static string NameOf(TimeSpan window) => Documents.UnitText.Write(window);

    private static ClassCounts Of(SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        var own = attempts.Where(a => a.SlaClass == policy.Name).ToList();
        var bounded = own.Where(a => a.IsPromised && a.HasMoved && a.WasPaused && a.Bound is not null).ToList();
        var seen = attempts.LastOrDefault(a => a.WasPaused && (a.SlaClass == policy.Name || a.Kind == AttemptKind.Rehearsal));
        return new ClassCounts(
            policy.Name,
            ClassBudget.Of(policy, own, now),
            [.. BurnWindow.All.SelectMany(w => new[] { w.Long, w.Short }).Distinct().Select(w => (NameOf(w), BurnCount.Of(policy.Name, own, now, w)))],
            bounded.Count,
            bounded.Count(a => a.PausedAtMost > a.Bound),
            seen is null ? null : now - seen.Ended);
    }
}
