using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Planner.Service;

/// <summary>What the service tells monitoring beside what migrations tell themselves. Nothing is told by machine: their number has no limit.</summary>
internal sealed class ServiceInstruments : IDisposable
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Planner.Service";

    private const string ClassLabel = "sla_class";
    private const string WindowLabel = "window";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Begins to tell.</summary>
    public ServiceInstruments(ServiceParts parts)
    {
        var ledger = parts.Ledger;
        _meter.CreateObservableGauge("planner.promise.paused", () => Windows(ledger, c => c.Paused), description: "Attempts under the promise with a pause, in a window that ends now.");
        _meter.CreateObservableGauge("planner.promise.violations", () => Windows(ledger, c => c.Violations), description: "Those of them that paused the guest longer than was promised.");
        _meter.CreateObservableGauge("planner.promise.allowed_share", () => Classes(ledger, c => Math.Round(c.Budget.AllowedShare, 12)), description: "The share of them that may.");
        _meter.CreateObservableGauge("planner.budget.left_share", () => Classes(ledger, c => c.Budget.LeftShare ?? 1), description: "The share of the allowed misses of the period that is left.");
        _meter.CreateObservableGauge("planner.bound.commits", () => Classes(ledger, c => c.Bounds), description: "Commits of the last 30 days that a bound was set for.");
        _meter.CreateObservableGauge("planner.bound.missed", () => Classes(ledger, c => c.BoundsMissed), description: "Those that took longer than their bound.");
        _meter.CreateObservableGauge(
            "planner.evidence.age", () => ledger.Read().Where(c => c.EvidenceAge is not null).Select(c => Of(c.EvidenceAge!.Value.TotalSeconds, c.SlaClass)), "s", "How long ago the last blackout was that a class learns from.");
        _meter.CreateObservableGauge("planner.migrations", () => Migrations(parts), description: "Migrations that wait, and that are under way.");

        // The names that KubeVirt has for the same.
        _meter.CreateObservableGauge("kubevirt_vmi_migrations_in_pending_phase", () => parts.Migrations.Counts.Queued, description: "Migrations that wait (KubeVirt's name).");
        _meter.CreateObservableGauge("kubevirt_vmi_migrations_in_running_phase", () => parts.Migrations.Counts.Running, description: "Migrations under way (KubeVirt's name).");
        _meter.CreateObservableGauge("planner.store.waiting", () => parts.Samples.Waiting, description: "Batches of measurements that could not be written yet.");
        _meter.CreateObservableCounter("planner.store.lost", () => parts.Samples.Lost, description: "Batches of measurements that were lost, since too many waited.");
    }

    /// <summary>A view that leaves out what other services of this process tell: a meter is found by its name alone, and theirs has the same.</summary>
    public MetricStreamConfiguration? OthersAreLeftOut(Instrument instrument) => instrument.Meter.Name == MeterName && instrument.Meter != _meter ? MetricStreamConfiguration.Drop : null;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Migrations(ServiceParts parts)
    {
        var (running, queued) = parts.Migrations.Counts;
        return [new(running, new KeyValuePair<string, object?>("state", Operation.Running)), new(queued, new KeyValuePair<string, object?>("state", Operation.Queued))];
    }

    private static IEnumerable<Measurement<long>> Windows(LedgerCounts ledger, Func<Policies.BurnCount, int> value) =>
        from c in ledger.Read()
        from window in c.Windows
        select new Measurement<long>(value(window.Count), new(ClassLabel, c.SlaClass), new(WindowLabel, window.Name));

    private static IEnumerable<Measurement<double>> Classes(LedgerCounts ledger, Func<LedgerCounts.ClassCounts, double> value) => ledger.Read().Select(c => Of(value(c), c.SlaClass));

    private static Measurement<double> Of(double value, string slaClass) => new(value, new KeyValuePair<string, object?>(ClassLabel, slaClass));
}
