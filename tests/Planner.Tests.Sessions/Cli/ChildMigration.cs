using System.Diagnostics;
using Planner.Measurements;

namespace Planner.Tests.Cli;

/// <summary>A migration by the command in a process of its own, between two devices in theirs, to which something happens in a phase.</summary>
internal sealed class ChildMigration : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);
    private readonly string _policy;
    private readonly string _store;

    private ChildMigration(RelayedPair pair)
    {
        Pair = pair;
        _store = pair.Devices.PathOf("planner.db");
        _policy = pair.Devices.Write(
            "policy.yaml",
            """
            apiVersion: planner/v1
            kind: SlaPolicy
            metadata: { name: gold }
            spec:
              blackout: { limit: 60s, confidence: 0.5 }
              completeWithin: 10m
              whenEvidenceIsInsufficient: accept
            """);
    }

    public RelayedPair Pair { get; }

    /// <summary>Starts the devices, and gathers what a commit needs.</summary>
    public static async Task<ChildMigration> PrepareAsync(CancellationToken cancel)
    {
        var child = new ChildMigration(await RelayedPair.StartAsync(cancel));
        var measured = await PlannerHere.RunAsync(
            "measure", child.Pair.Address(MigrationSide.Source), "--to", child.Pair.Address(MigrationSide.Destination), "--rounds", "2", "--store", child._store);
        return measured.Status == 0 ? child : throw new InvalidOperationException(measured.ToString());
    }

    /// <summary>The arguments of the command.</summary>
    public string[] Arguments =>
        ["migrate", Pair.Address(MigrationSide.Source), Pair.Address(MigrationSide.Destination), "--sla", "gold", "--policy", _policy, "--store", _store];

    /// <summary>Starts it.</summary>
    public Process Start(string? installation = null, IReadOnlyList<string>? wrapper = null) =>
        PlannerProcess.Start(Arguments, Pair.Devices.StateHome, installation, wrapper);

    /// <summary>Runs it to its end.</summary>
    /// <param name="side">The side whose phase is waited for.</param>
    /// <param name="phase">The phase, as <see cref="RelayedPair.When"/> names it.</param>
    /// <param name="act">What happens then; the request that begins the phase waits for it.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <param name="installation">The folder that it runs from.</param>
    /// <param name="wrapper">The command that runs it.</param>
    public async Task<PlannerProcess.Result> RunAsync(
        MigrationSide side, string phase, Action<Process> act, CancellationToken cancel, string? installation = null, IReadOnlyList<string>? wrapper = null)
    {
        var started = new TaskCompletionSource<Process>();
        Pair.When(side, phase, () => act(started.Task.Result));
        var process = Start(installation, wrapper);
        started.SetResult(process);
        var result = await PlannerProcess.EndAsync(process, cancel: cancel);
        return Pair.Come.IsCompleted ? result : throw new InvalidOperationException($"{phase} never came: {result}");
    }

    /// <summary>Waits until no migration is under way any more: its journal is gone.</summary>
    public async Task UntilSettledAsync(CancellationToken cancel)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(HangGuard);
        while (Directory.GetFiles(Path.Combine(Pair.Devices.StateHome, "planner", "journals")).Length > 0)
        {
            await Task.Delay(50, guard.Token);
        }
    }

    public void Dispose() => Pair.Dispose();
}
