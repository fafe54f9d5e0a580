using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>One migration by the real command, with a relay before each monitor and a watch beside it.</summary>
internal sealed class SafetyRun : IAsyncDisposable
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    private const double SlowMiBPerSecond = 1;

    // Long enough for the source's socket to be full, so that its migration waits in the middle of a pass.
    private static readonly TimeSpan UntilFull = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryDirectory _folder = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _settings = "";
    private string _migration = "";
    private PlannerChild? _planner;

    private SafetyRun(QemuPair pair) => Pair = pair;

    public QemuPair Pair { get; }

    public MonitorRelay SourceRelay { get; private set; } = null!;

    public MonitorRelay DestinationRelay { get; private set; } = null!;

    public MachineWatch Source { get; private set; } = null!;

    public MachineWatch Destination { get; private set; } = null!;

    public PlannerChild Planner => _planner!;

    public string StateHome => _folder.Path;

    /// <summary>The policy that the command gets.</summary>
    public static string Policy(string limit = "300ms", string within = "2m") => $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: lab }
        spec:
          blackout: { limit: {{limit}}, confidence: 0.9 }
          completeWithin: {{within}}
          whenEvidenceIsInsufficient: accept
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Gets everything ready to be held in a phase, or in none; the command is not started.</summary>
    public static async Task<SafetyRun> PrepareAsync(SafetyLab lab, SafetyPhase? phase = null)
    {
        var run = new SafetyRun(await lab.ReadyAsync());
        run.SourceRelay = new MonitorRelay(run._folder.File("source.qmp"), run.Pair.Source.QmpPath);
        run.DestinationRelay = new MonitorRelay(run._folder.File("destination.qmp"), run.Pair.Destination.QmpPath);
        run.Source = await MachineWatch.StartAsync(run.Pair.Source.ObserverPath);
        run.Destination = await MachineWatch.StartAsync(run.Pair.Destination.ObserverPath);
        run._settings = await run.Source.SettingsAsync();
        run._migration = await run.Source.MigrationAsync();
        run.Arm(phase);
        return run;
    }

    /// <summary>Starts a migration and waits until it is held in a phase.</summary>
    public static async Task<SafetyRun> StartAsync(SafetyLab lab, SafetyPhase phase, string limit = "300ms", string within = "2m")
    {
        var run = await PrepareAsync(lab, phase);
        try
        {
            run.Start(limit, within);
            await run.UntilReachedAsync(phase);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the command.</summary>
    public void Start(string limit = "300ms", string within = "2m") => _planner = PlannerChild.Start(StateHome, Arguments(limit, within));

    /// <summary>The command's arguments for this pair.</summary>
    /// <param name="limit">The blackout limit.</param>
    /// <param name="within">The time to complete in.</param>
    /// <param name="destination">Another destination's monitor than the pair's.</param>
    public IReadOnlyList<string> Arguments(string limit = "300ms", string within = "2m", string? destination = null)
    {
        var policy = _folder.File("policy.yaml");
        File.WriteAllText(policy, Policy(limit, within));
        return
        [
            "migrate", $"qmp:{SourceRelay.Path}", $"qmp:{destination ?? DestinationRelay.Path}", "--sla", "lab", "--policy", policy,
            "--channel", $"unix:{Pair.LinkPath}", "--listen", $"unix:{Pair.IncomingPath}",
        ];
    }

    /// <summary>Lets everything pass again.</summary>
    public void Release()
    {
        SourceRelay.Stalled = false;
        DestinationRelay.Stalled = false;
        Pair.Link.Rate = LinkRate.Steady(50);
        Pair.Link.Stalled = false;
    }

    /// <summary>Runs <c>planner recover</c>.</summary>
    public Task<(int Status, string Output, string Error)> RecoverAsync() => PlannerChild.RunAsync(StateHome, ["recover"]);

    public void KillSource()
    {
        Source.NoteKill();
        Pair.Source.Kill();
    }

    public void KillDestination()
    {
        Destination.NoteKill();
        Pair.Destination.Kill();
    }

    /// <summary>The guest runs on the source alone, never ran on the destination, and the source is as it was.</summary>
    public async Task AssertOnSourceAsync()
    {
        Assert.Null(Pair.DestinationGuest.LastHeartbeat);
        Assert.Empty(Destination.Ran);
        Assert.True(await Source.IsRunningAsync(), $"the source does not run\n{_planner}");
        await Pair.SourceGuest.WaitForHeartbeatAsync(HangGuard, Cancellation);
        Assert.Equal(_settings, await Source.SettingsAsync());
        Assert.Contains(await Source.MigrationAsync(), (string[])[_migration, "cancelled", "failed", "completed"]);
        await AssertOneSideAsync();
    }

    /// <summary>The guest runs on the source as if nobody had come: no migration was begun.</summary>
    public async Task AssertUntouchedAsync()
    {
        Assert.Equal(_migration, await Source.MigrationAsync());
        Assert.DoesNotContain(Source.Events, e => e.Name.StartsWith("MIGRATION", StringComparison.Ordinal));
        await AssertOnSourceAsync();
    }

    /// <summary>The guest runs on the destination alone, and never ran on both.</summary>
    public async Task AssertOnDestinationAsync()
    {
        Assert.True(Pair.Source.HasExited || !await Source.IsRunningAsync(), $"the source still runs\n{_planner}");
        Assert.True(await Destination.IsRunningAsync(), $"the destination does not run\n{_planner}");
        await Pair.DestinationGuest.WaitForHeartbeatAsync(HangGuard, Cancellation);
        await AssertOneSideAsync();
    }

    /// <summary>The guest runs on one side, whichever.</summary>
    public Task AssertSomewhereAsync() => Destination.Ran.Count > 0 ? AssertOnDestinationAsync() : AssertOnSourceAsync();

    /// <summary>The guest was never on both sides, by both machines' events and by the guest's own count.</summary>
    public async Task AssertOneSideAsync()
    {
        // What a machine told is read by now, if it has answered after that.
        foreach (var (process, watch) in new[] { (Pair.Source, Source), (Pair.Destination, Destination) })
        {
            if (!process.HasExited)
            {
                await watch.AskAsync("query-status");
            }
        }

        foreach (var (from, to) in Source.Ran)
        {
            Assert.DoesNotContain(Destination.Ran, other => other.From < to && from < other.To);
        }

        if (Pair.DestinationGuest.Heartbeats is [var first, ..])
        {
            // One may be on its way while the guest is stopped.
            Assert.True(first.Sequence >= Pair.SourceGuest.LastHeartbeat!.Value.Sequence, "the guest ran on both sides");
        }
    }

    /// <summary>What went wrong is said in a sentence, and not as a crash.</summary>
    public static void AssertSentence(string error, params string[] words)
    {
        Assert.StartsWith("planner: ", error, StringComparison.Ordinal);
        Assert.EndsWith(".\n", error, StringComparison.Ordinal);
        Assert.DoesNotContain("\n   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("should not have happened", error, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{_planner}");
        }

        _planner?.Dispose();
        SourceRelay.Dispose();
        DestinationRelay.Dispose();
        Source.Dispose();
        Destination.Dispose();
        Pair.Link.Stalled = false;
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool Is(string line, string command) => line.Contains($"\"execute\":\"{command}\"", StringComparison.Ordinal);

    private void Arm(SafetyPhase? phase)
    {
        switch (phase)
        {
            case SafetyPhase.Opening:
                SourceRelay.KeepAt = line => Is(line, "query-migrate-parameters");
                break;
            case SafetyPhase.Preparing:
                DestinationRelay.KeepAt = line => Is(line, "migrate-incoming");
                break;
            case SafetyPhase.Prepared:
                SourceRelay.KeepAt = line => Is(line, "migrate");
                break;
            case SafetyPhase.Bulk:
                Pair.Link.Rate = LinkRate.Steady(SlowMiBPerSecond);
                Source.Told = (name, _) => Reach(name == "MIGRATION_PASS");
                break;
            case SafetyPhase.Allowed:
                SourceRelay.Passes = line =>
                {
                    if (Is(line, "migrate"))
                    {
                        SourceRelay.KeepAt = next => Is(next, "migrate-set-parameters") && next.Contains("avail-switchover-bandwidth", StringComparison.Ordinal);
                    }
                };
                break;
            case SafetyPhase.Stopped:
                Source.Told = (name, _) =>
                {
                    if (name == "STOP")
                    {
                        Pair.Link.Stalled = true;
                    }

                    Reach(name == "STOP");
                };
                break;
            case SafetyPhase.HandingOver:
                DestinationRelay.KeepAt = line => Is(line, "cont");
                break;
            case SafetyPhase.HandedOver:
                DestinationRelay.Passes = line => DestinationRelay.KeepsAnswers = Is(line, "cont");
                Destination.Told = (name, _) => Reach(name == "RESUME");
                break;
            case SafetyPhase.Finished:
                DestinationRelay.Passes = line =>
                {
                    if (Is(line, "cont"))
                    {
                        SourceRelay.KeepAt = next => Is(next, "migrate-set-parameters");
                    }
                };
                break;
        }
    }

    private void Reach(bool isThere)
    {
        if (isThere)
        {
            _reached.TrySetResult();
        }
    }

    private async Task UntilReachedAsync(SafetyPhase phase)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(HangGuard);
        var reached = Task.WhenAny(_reached.Task, SourceRelay.Kept, DestinationRelay.Kept);
        while (!reached.IsCompleted)
        {
            Assert.False(Planner.HasExited && !reached.IsCompleted, $"it ended before it was {phase}: {Planner}");
            await Task.Delay(2, guard.Token);
        }

        switch (phase)
        {
            case SafetyPhase.Bulk:
                await Planner.UntilSaidAsync("the machine runs; waiting", guard.Token);
                break;
            case SafetyPhase.Allowed:
                Pair.Link.Stalled = true;
                await Task.Delay(UntilFull, guard.Token);
                SourceRelay.KeepsCommands = false;
                break;
            case SafetyPhase.Stopped:
                await Planner.UntilSaidAsync("past the commit point", guard.Token);
                break;
        }
    }
}
