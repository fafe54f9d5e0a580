using System.Diagnostics;
using System.Text.Json;
using Planner.Tests.Cli;

namespace Planner.Tests.Service;

/// <summary>The service as its own process, as it is run.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, Uri url)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public int Id => _process.Id;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="folder">Where its store and journals are.</param>
    /// <param name="store">The store; null for a file there.</param>
    /// <param name="arguments">What else it is told.</param>
    public static Task<ServiceProcess> StartAsync(string folder, string? store = null, params string[] arguments) => StartFromAsync(null, folder, store, arguments);

    /// <summary>Starts it from an installation.</summary>
    /// <param name="installation">The folder that it runs from; null for that of the tests.</param>
    /// <param name="folder">Where its store and journals are.</param>
    /// <param name="store">The store; null for a file there.</param>
    /// <param name="arguments">What else it is told.</param>
    public static async Task<ServiceProcess> StartFromAsync(string? installation, string folder, string? store = null, params string[] arguments)
    {
        var process = PlannerProcess.Start(
            ["serve", "--urls", "http://127.0.0.1:0", "--store", store ?? Path.Combine(folder, "planner.db"), "--state", Path.Combine(folder, "state"), "--output", "json", .. arguments], installation: installation);
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync();
        return line is null
            ? throw new InvalidOperationException(await errors)
            : new ServiceProcess(process, new Uri(JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!));
    }

    /// <summary>Ends it as SIGKILL does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to stop, and waits for that.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> StopAsync()
    {
        PlannerProcess.Interrupt(_process);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        Http.Dispose();
    }
}
