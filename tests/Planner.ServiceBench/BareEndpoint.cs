using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Planner.ServiceBench;

/// <summary>The least that ASP.NET can do: takes a body whole, and answers with as many bytes as a decision has. In a process of its own, as the service is.</summary>
internal sealed class BareEndpoint : IDisposable
{
    public const string Verb = "bare-endpoint";

    private readonly Process _process;

    private BareEndpoint(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Starts it and waits until it says where it listens.</summary>
    public static async Task<BareEndpoint> StartAsync(int answerBytes)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Planner.ServiceBench.dll"), Verb, $"{answerBytes}"]) { RedirectStandardOutput = true })!;
        return new BareEndpoint(process, new Uri((await process.StandardOutput.ReadLineAsync())!));
    }

    /// <summary>Serves until it is killed.</summary>
    public static async Task RunAsync(int answerBytes)
    {
        var answer = new string('a', answerBytes);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.MapGet("/health", () => "ok");
        app.MapPost("/v1/decisions", async (HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            return Results.Text(answer, "application/json");
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
