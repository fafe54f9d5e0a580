using Planner.Measurements;
using Planner.Policies;

namespace Planner.Service;

/// <summary>The attempts of the longest period that a budget has, kept from call to call: only what is new is read, so that a hundred thousand of them cost no call a second.</summary>
internal sealed class RecentAttempts(IMeasurementStore store, PolicyBook policies, TimeProvider clock)
{
    // What other processes write may come a little late; what waited for a full disk comes much later, and is found when all is read again.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReadAllEvery = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = [];
    private IReadOnlyList<AttemptSummary> _attempts = [];
    private DateTimeOffset _readAll = DateTimeOffset.MinValue;

    /// <summary>All attempts that ended in the longest period, oldest first.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public IReadOnlyList<AttemptSummary> Read()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var longest = policies.All.Max(p => p.ErrorBudget?.Per ?? ClassBudget.UsualPeriod);
            var since = now - (longest > ClassBudget.UsualPeriod ? longest : ClassBudget.UsualPeriod);
            if (now - _readAll >= ReadAllEvery || now < _readAll)
            {
                Take(store.ReadSummaries(null, since));
                _readAll = now;
                return _attempts;
            }

            var fresh = store.ReadSummaries(null, _attempts is [.., var last] ? last.Ended - Overlap : since).Where(a => !_known.Contains(a.Id)).ToList();
            if (fresh.Count > 0)
            {
                Take([.. _attempts.Where(a => a.Ended >= since).Concat(fresh).OrderBy(a => a.Ended).ThenBy(a => a.Id, StringComparer.Ordinal)]);
            }

            return _attempts;
        }
    }

    private void Take(IReadOnlyList<AttemptSummary> attempts)
    {
        _attempts = attempts;
        _known.Clear();
        _known.UnionWith(attempts.Select(a => a.Id));
    }
}
