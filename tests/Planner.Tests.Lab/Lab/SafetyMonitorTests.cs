using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A machine with two monitors is one machine, by the process that listens on both.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyMonitorTests(SafetyLab lab) : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_monitors_of_one_machine_are_no_pair()
    {
        var pair = await lab.ReadyAsync();
        lab.LeaveFresh();

        var (status, output, error) = await PlannerChild.RunAsync(_folder.Path, ["migrate", $"qmp:{pair.Source.QmpPath}", $"qmp:{pair.Source.ObserverPath}", "--sla", "gold"]);

        Assert.True(status == 2, $"{status}\n{output}\n{error}");
        SafetyRun.AssertSentence(error, "are monitors of one machine");
    }

    [Fact]
    public async Task A_machine_in_a_migration_is_refused_by_its_other_monitor_too_while_it_is_under_way_and_after_a_kill()
    {
        var pair = await lab.ReadyAsync();
        var policy = _folder.File("policy.yaml");
        // No moment fits, so the migration stays in pre-copy.
        await File.WriteAllTextAsync(policy, SafetyRun.Policy(limit: "1us", within: "10m"), TestContext.Current.CancellationToken);
        IReadOnlyList<string> With(string source, string destination) =>
        [
            "migrate", $"qmp:{source}", $"qmp:{destination}", "--sla", "lab", "--policy", policy, "--machine", "vm1",
            "--channel", $"unix:{pair.LinkPath}", "--listen", $"unix:{pair.IncomingPath}",
        ];
        using var first = PlannerChild.Start(_folder.Path, With(pair.Source.QmpPath, pair.Destination.QmpPath));
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(SafetyRun.HangGuard);
        await first.UntilSaidAsync("the machine runs; waiting", guard.Token);

        var second = await PlannerChild.RunAsync(_folder.Path, With(pair.Source.ObserverPath, pair.Destination.ObserverPath));
        Assert.True(second.Status == 3, $"{second}");
        SafetyRun.AssertSentence(second.Error, "a migration of vm1", "is under way");

        first.Kill();
        second = await PlannerChild.RunAsync(_folder.Path, With(pair.Source.ObserverPath, pair.Destination.ObserverPath));
        Assert.True(second.Status == 3, $"{second}");
        SafetyRun.AssertSentence(second.Error, "a migration of vm1", "was interrupted", "planner recover --state ");

        var recovered = await PlannerChild.RunAsync(_folder.Path, second.Error.Split('\'')[1].Split(' ')[1..]);
        Assert.True(recovered.Status == 0, $"{recovered}");
        Assert.Contains("runs on the source", recovered.Output, StringComparison.Ordinal);
    }
}
