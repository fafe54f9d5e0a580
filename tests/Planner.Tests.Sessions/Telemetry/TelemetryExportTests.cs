using System.Net;
using System.Net.Sockets;
using System.Text;
using Planner.Telemetry;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class TelemetryExportTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_collector_over_HTTP_gets_the_spans_and_the_metrics()
    {
        using var collector = StartCollector(out var address);
        var requests = CollectAsync(collector);

        var problem = await MigrateAsync(new Uri(address + "base/"), "over-http");

        var bodies = await requests.WaitAsync(HangGuard, TestContext.Current.CancellationToken);
        Assert.Contains("over-http", bodies["/base/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("arc RUNNING_P2P->STOP", bodies["/base/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("vm.migration.blackout.duration", bodies["/base/v1/metrics"], StringComparison.Ordinal);
        Assert.Null(problem);
    }

    [Fact]
    public async Task Port_4317_is_spoken_to_in_gRPC()
    {
        using var collector = new TcpListener(IPAddress.Parse("127.83.12.7"), 4317);
        collector.Start();
        var greeting = GreetingAsync(collector);

        await MigrateAsync(new Uri("http://127.83.12.7:4317"), "over-grpc");

        // The connection preface of HTTP/2 (RFC 9113, section 3.4): gRPC runs over nothing else.
        Assert.Equal("PRI * HTTP/2.0", await greeting.WaitAsync(HangGuard, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_nothing_but_the_telemetry() => Assert.Equal(
        "Not all telemetry reached the collector at http://127.83.12.8:9/: check that it runs and that its address is right.",
        await MigrateAsync(new Uri("http://127.83.12.8:9"), "nowhere"));

    [Fact]
    public async Task A_collector_that_never_answers_is_given_up()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();

        Assert.NotNull(await MigrateAsync(new Uri($"http://{collector.LocalEndpoint}"), "silence"));
    }

    [Theory]
    [InlineData("ftp://localhost")]
    [InlineData("file:///tmp/x")]
    public void What_is_no_collector_is_refused(string address)
    {
        var e = Assert.Throws<FormatException>(() => TelemetryExport.Start(new Uri(address)));
        Assert.EndsWith("is not the address of a collector: write one such as http://localhost:4318.", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> MigrateAsync(Uri collector, string id)
    {
        var export = TelemetryExport.Start(collector);
        using (var telemetry = new MigrationTelemetry())
        {
            foreach (var notice in new SessionNotices(id, "gold").All())
            {
                telemetry.On(notice);
            }
        }

        await Task.Run(export.Dispose).WaitAsync(HangGuard, TestContext.Current.CancellationToken);
        return export.Problem;
    }

    private static HttpListener StartCollector(out string address)
    {
        for (var tries = 0; ; tries++)
        {
            var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address);
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException) when (tries < 10)
            {
                // Somebody else took the port between the two steps.
            }
        }
    }

    // Until both signals have come; a protobuf body holds its strings as they are.
    private static async Task<Dictionary<string, string>> CollectAsync(HttpListener listener)
    {
        var bodies = new Dictionary<string, string>();
        while (bodies.Count < 2)
        {
            var context = await listener.GetContextAsync();
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            bodies[context.Request.Url!.AbsolutePath] = Encoding.UTF8.GetString(body.ToArray());
            context.Response.Close();
        }

        return bodies;
    }

    private static async Task<string> GreetingAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var bytes = new byte[14];
        await client.GetStream().ReadExactlyAsync(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
