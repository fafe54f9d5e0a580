using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Planner.Telemetry;

/// <summary>
/// Exports what <see cref="MigrationTelemetry"/> tells to an OpenTelemetry collector. Exporting runs beside the migration:
/// a collector that is slow or not there costs nothing but the telemetry.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    /// <summary>The IANA-registered port of OTLP over gRPC; 4318 is that of OTLP over HTTP.</summary>
    private const int GrpcPort = 4317;

    // A request is given up within the time of a flush, so that its failure is known when the flush ends.
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private readonly Uri _collector;
    private readonly ExportErrors _errors;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;
    private bool _disposed;
    private bool _flushed;

    private TelemetryExport(Uri collector, TracerProvider traces, MeterProvider metrics)
    {
        _collector = collector;
        _errors = new ExportErrors(collector);
        _traces = traces;
        _metrics = metrics;
    }

    /// <summary>One sentence if some of the telemetry did not arrive; null if all did. Complete after <see cref="Dispose"/>.</summary>
    public string? Problem => _flushed && !_errors.Any
        ? null
        : $"Not all telemetry reached the collector at {_collector}: check that it runs and that its address is right.";

    /// <summary>Begins to export.</summary>
    /// <param name="collector">The collector: <c>http</c> or <c>https</c>. Port 4317 means gRPC; any other port means
    /// HTTP with protobuf, with <c>v1/traces</c> and <c>v1/metrics</c> added to the path.</param>
    /// <exception cref="FormatException">The address is not one of a collector; the message says so in one sentence.</exception>
    public static TelemetryExport Start(Uri collector)
    {
        if (!collector.IsAbsoluteUri || collector.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"'{collector}' is not the address of a collector: write one such as http://localhost:4318.");
        }

        var resource = ResourceBuilder.CreateDefault()
            .AddService("planner", serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3))
            .AddAttributes([new KeyValuePair<string, object>("host.name", Environment.MachineName)]);
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(MigrationTelemetry.SourceName)
            .AddOtlpExporter(options => Configure(options, collector, "v1/traces"))
            .Build();
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMigrationMetrics()
            .AddOtlpExporter((options, reader) =>
            {
                Configure(options, collector, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 10_000;
            })
            .Build();
        return new TelemetryExport(collector, traces, metrics);
    }

    /// <summary>Sends what is left, and gives up after 2 seconds.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        var began = Stopwatch.GetTimestamp();
        _flushed = _traces.Shutdown((int)FlushLimit.TotalMilliseconds);
        var left = FlushLimit - Stopwatch.GetElapsedTime(began);
        _flushed &= _metrics.Shutdown(Math.Max(0, (int)left.TotalMilliseconds)) && left > TimeSpan.Zero;
        _traces.Dispose();
        _metrics.Dispose();
        _errors.Dispose();
    }

    private static void Configure(OtlpExporterOptions options, Uri collector, string path)
    {
        options.TimeoutMilliseconds = (int)RequestLimit.TotalMilliseconds;
        if (collector.Port == GrpcPort)
        {
            options.Protocol = OtlpExportProtocol.Grpc;
            options.Endpoint = collector;
        }
        else
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new Uri($"{collector.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
        }
    }
}
