using OpenTelemetry.Metrics;

namespace Planner.Telemetry;

/// <summary>Has a provider of metrics take what migrations tell.</summary>
public static class MigrationMetrics
{
    /// <summary>Adds the meter. An exemplar of a blackout names its attempt, which no series does: their number has no limit. A provider that takes the meter by its name alone would have a series an attempt.</summary>
    public static MeterProviderBuilder AddMigrationMetrics(this MeterProviderBuilder metrics) => metrics
        .AddMeter(MigrationTelemetry.SourceName)
        .AddView(MigrationInstruments.Blackout, new MetricStreamConfiguration { TagKeys = MigrationInstruments.BlackoutTags })
        .SetExemplarFilter(ExemplarFilterType.AlwaysOn);
}
