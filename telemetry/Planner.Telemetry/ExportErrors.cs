using System.Diagnostics.Tracing;

namespace Planner.Telemetry;

/// <summary>Notices whether the OTLP exporter had to give something up: it tells nobody but its event source.</summary>
/// <param name="collector">The collector that is meant; a process may export to several.</param>
internal sealed class ExportErrors(Uri collector) : EventListener
{
    private readonly string _collector = collector.GetLeftPart(UriPartial.Authority);
    private volatile bool _any;

    /// <summary>Whether an export failed.</summary>
    public bool Any => _any;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "OpenTelemetry-Exporter-OpenTelemetryProtocol")
        {
            // A request that timed out is only a warning there.
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload?.FirstOrDefault() is string endpoint && endpoint.StartsWith(_collector, StringComparison.Ordinal))
        {
            _any = true;
        }
    }
}
