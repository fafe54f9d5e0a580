using Microsoft.Extensions.Hosting;

namespace Planner.Service;

/// <summary>Signals are the command's: past a commit point the only safe way is on.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
