using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Planner.Lab;

/// <summary>Holds the promise against what happens, from outside: two servers of a simulated device on sockets, rehearsals, and then migrations there and
/// back, a process each as an operator runs them, in the second half beside other work.</summary>
public sealed class PromiseStudy(PromiseOptions options, TextWriter output)
{
    private const string Profile =
        """
        apiVersion: planner/v1
        kind: DeviceProfile
        metadata: { name: soak-nic, class: sim/soak-nic/1.0 }
        spec:
          flags: [STOP_COPY, P2P, PRE_COPY]
          arcs:
            default: { median: 1ms, p99: 2ms }
            RUNNING_P2P->STOP: { median: 3ms, p99: 6ms }
          state: { bytes: 4MiB, jitter: 5% }
          preCopy: { initial: 4MiB, dirtyRate: 1MiB/s, dirtyCap: 2MiB, reinit: 0.0 }
          dataSize: { offered: true, meaning: total }
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs it; what each migration gave is a line of <c>outcomes.jsonl</c> in the folder.</summary>
    /// <param name="cancel">Ends it after the migration under way.</param>
    /// <exception cref="LabException">A command of the planner failed in a way that is no outcome of a migration.</exception>
    public async Task<IReadOnlyList<PromiseOutcome>> RunAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(options.Folder);
        var sides = new[] { "a", "b" }.Select(side => Path.Combine(options.Folder, $"{side}.sock")).ToArray();
        await File.WriteAllTextAsync(InFolder("profile.yaml"), Profile, cancel).ConfigureAwait(false);
        await File.WriteAllTextAsync(InFolder("policy.yaml"), Policy(), cancel).ConfigureAwait(false);
        var helpers = new List<Process>();
        try
        {
            foreach (var side in sides)
            {
                helpers.Add(Process.Start(Planner("device", InFolder("profile.yaml"), "--listen", side))!);
            }

            await WaitForAsync(sides, cancel).ConfigureAwait(false);
            var devices = sides.Select(side => $"vfio-user:{side}").ToArray();
            if (options.Rehearsals > 0)
            {
                await Command.RunAsync(Planner("measure", devices[0], "--to", devices[1], "--rounds", options.Rehearsals.ToString(CultureInfo.InvariantCulture), "--store", InFolder("store.db"), "--state", InFolder("state")), cancel).ConfigureAwait(false);
            }

            return await MigrateAsync(devices, helpers, cancel).ConfigureAwait(false);
        }
        finally
        {
            foreach (var helper in helpers)
            {
                helper.Kill(entireProcessTree: true);
                helper.Dispose();
            }
        }
    }

    private async Task<IReadOnlyList<PromiseOutcome>> MigrateAsync(string[] devices, List<Process> helpers, CancellationToken cancel)
    {
        var outcomes = new List<PromiseOutcome>();
        await using var lines = new StreamWriter(InFolder("outcomes.jsonl"), append: true) { AutoFlush = true };
        var (source, destination) = (devices[0], devices[1]);
        for (var run = 0; run < options.Runs && !cancel.IsCancellationRequested; run++)
        {
            if (run == options.Runs / 2)
            {
                helpers.AddRange(Enumerable.Range(0, options.Busy).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"])));
            }

            var outcome = await MigrateOnceAsync(source, destination).ConfigureAwait(false) with { IsBusy = run >= options.Runs / 2 };
            outcomes.Add(outcome);
            await lines.WriteLineAsync(JsonSerializer.Serialize(outcome, Json)).ConfigureAwait(false);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{run + 1} {outcome.Outcome} paused {outcome.PausedSeconds * 1e3:F1} ms bound {outcome.BoundSeconds * 1e3:F1} ms {(outcome.IsCommitted ? "" : outcome.Reason)}")).ConfigureAwait(false);
            if (outcome.IsCommitted)
            {
                (source, destination) = (destination, source);
            }
        }

        return outcomes;
    }

    private async Task<PromiseOutcome> MigrateOnceAsync(string source, string destination)
    {
        using var process = Process.Start(Planner(
            "migrate", source, destination, "--sla", "soak", "--machine", "soak", "--policy", InFolder("policy.yaml"), "--store", InFolder("store.db"), "--state", InFolder("state"), "--output", "json"))!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        // 0 met, 3 stayed, 4 over the limit; anything else is no outcome of a device without faults.
        return process.ExitCode is 0 or 3 or 4 && JsonSerializer.Deserialize<PromiseOutcome>(text, Json) is { } outcome
            ? outcome
            : throw new LabException($"planner migrate ended with {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}");
    }

    private string Policy() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: soak }
        spec:
          blackout: { limit: {{options.Limit.TotalMilliseconds}}ms, confidence: {{options.Confidence}} }
          completeWithin: 4s
          whenEvidenceIsInsufficient: stay
        """);

    private string InFolder(string name) => Path.Combine(Path.GetFullPath(options.Folder), name);

    private ProcessStartInfo Planner(params string[] arguments)
    {
        var isAssembly = options.Planner.EndsWith(".dll", StringComparison.Ordinal);
        return new ProcessStartInfo(isAssembly ? "dotnet" : options.Planner, isAssembly ? [options.Planner, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
    }

    private static async Task WaitForAsync(IEnumerable<string> paths, CancellationToken cancel)
    {
        var waiting = Stopwatch.StartNew();
        while (!paths.All(File.Exists))
        {
            if (waiting.Elapsed > StartWithin)
            {
                throw new LabException($"The servers of the devices did not listen within {StartWithin.TotalSeconds} s.");
            }

            await Task.Delay(100, cancel).ConfigureAwait(false);
        }
    }
}
