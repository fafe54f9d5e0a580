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

    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private TelemetryExport(TracerProvider traces, MeterProvider metrics)
    {
        _traces = traces;
        _metrics = metrics;
    }

    /// <summary>Begins to export.</summary>
    /// <param name="collector">The collector: <c>http</c> or <c>https</c>. Port 4317 means gRPC; any other port means
    /// HTTP with protobuf, with <c>v1/traces</c> and <c>v1/metrics</c> added to the path.</param>
    /// <exception cref="ArgumentException">The address is not one of a collector.</exception>
    public static TelemetryExport Start(Uri collector)
    {
        if (!collector.IsAbsoluteUri || collector.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{collector}' is not the address of a collector: write one such as http://localhost:4318.", nameof(collector));
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
            .AddMeter(MigrationTelemetry.SourceName)
            .AddOtlpExporter((options, reader) =>
            {
                Configure(options, collector, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 10_000;
            })
            .Build();
        return new TelemetryExport(traces, metrics);
    }

    /// <summary>Sends what is left, and gives up after 2 seconds.</summary>
    public void Dispose()
    {
        var began = Stopwatch.GetTimestamp();
        _traces.Shutdown((int)FlushLimit.TotalMilliseconds);
        var left = FlushLimit - Stopwatch.GetElapsedTime(began);
        _metrics.Shutdown(Math.Max(0, (int)left.TotalMilliseconds));
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Configure(OtlpExporterOptions options, Uri collector, string path)
    {
        options.TimeoutMilliseconds = (int)FlushLimit.TotalMilliseconds;
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
