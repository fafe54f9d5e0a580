using System.Runtime.CompilerServices;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>
/// The main job in three stories, on simulated devices behind real vfio-user sockets. The limits come out of the evidence:
/// other profiles and seeds tell other stories.
/// </summary>
internal sealed class DemoStories(DeviceProfile profile, ulong seed, SlaPolicy policy, IMeasurementStore store, string folder, string snapshotFolder)
{
    private readonly SessionServices _services = new() { Store = store, QuietTime = QuietTime.Ask };
    private int _told;

    /// <summary>Called after every rehearsed switchover: how many are done, and how many there will be.</summary>
    public Action<int, int>? OnRehearsal { get; init; }

    /// <summary>How many switchovers are rehearsed.</summary>
    public int Rehearsals => DemoDevices.Rehearsals(policy);

    /// <summary>Tells the stories one after the other.</summary>
    public async IAsyncEnumerable<DemoStory> TellAsync([EnumeratorCancellation] CancellationToken stop)
    {
        using (var machine = new DemoMachine(profile, seed, folder, "first"))
        {
            await RehearseAsync(machine, stop);
            stop.ThrowIfCancellationRequested();
            var foreseen = (await RunAsync(machine, TimeSpan.FromHours(1), MigrationMode.Shadow, stop)).Decision!;
            var limit = RoundLimit.Above(foreseen.Blackout.BoundSeconds ?? foreseen.Blackout.P50Seconds ?? 1);
            var commits = await CommitsAsync(machine, limit, foreseen, stop);
            yield return commits;

            if (commits.Result.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit)
            {
                machine.TurnAround();
            }

            yield return await IsRefusedAsync(machine, RoundLimit.Below((foreseen.Blackout.P50Seconds ?? 1) / 2), stop);
        }

        using (var machine = new DemoMachine(DemoDevices.SlowPastCommit(DemoDevices.WithDeadline(profile), Rehearsals / 2), seed + 2, folder, "third"))
        {
            await RehearseAsync(machine, stop);
            stop.ThrowIfCancellationRequested();
            yield return await DeviceRefusesAsync(machine, stop);
        }
    }

    private async Task<DemoStory> CommitsAsync(DemoMachine machine, TimeSpan limit, ExplainedDecision foreseen, CancellationToken stop)
    {
        var result = await RunAsync(machine, limit, MigrationMode.Active, stop);
        return Story(
            "the evidence supports a promise, and the promise is kept",
            [
                $"{Rehearsals} switchovers of a {profile.DeviceClass} were rehearsed over its socket; {foreseen.Evidence.Need} are needed for a bound at {Share(policy.Confidence)}.",
                $"They support a bound of {DecisionTable.Bound(foreseen.Blackout.BoundSeconds)}, so {Quantity.Format(limit)} can be promised. Now the machine migrates under that promise.",
            ],
            Rehearsals,
            result);
    }

    private async Task<DemoStory> IsRefusedAsync(DemoMachine machine, TimeSpan limit, CancellationToken stop) => Story(
        "a tighter promise cannot be kept, and nothing is stopped",
        [$"The same machine on its way back, with a limit of {Quantity.Format(limit)}: the bound does not fit, so the machine stays RUNNING."],
        0,
        await RunAsync(machine, limit, MigrationMode.Active, stop));

    private async Task<DemoStory> DeviceRefusesAsync(DemoMachine machine, CancellationToken stop)
    {
        var foreseen = (await RunAsync(machine, TimeSpan.FromHours(1), MigrationMode.Shadow, stop)).Decision!;
        var limit = RoundLimit.Above(foreseen.Blackout.BoundSeconds ?? foreseen.Blackout.P50Seconds ?? 1);
        return Story(
            "the device knows better, and refuses the deadline",
            [
                $"A {machine.Profile.DeviceClass} takes a deadline with SET_STATE. It was rehearsed {Rehearsals} times, and {Quantity.Format(limit)} can be promised.",
                $"Then its arcs past the commit point become {DemoDevices.SlowdownFactor:0} times as slow. No measurement shows that yet; only the device knows.",
                "The planner commits on its evidence and gives the device what is left of the limit as a deadline.",
            ],
            Rehearsals,
            // One refusal is the story; a second try would only be charged for the pause of the first.
            await RunAsync(machine, limit, MigrationMode.Active, stop, quiesceTries: 1));
    }

    private async Task RehearseAsync(DemoMachine machine, CancellationToken stop)
    {
        var done = 0;
        var rehearsal = new Rehearsal("demo", machine.Pairs, _services)
        {
            OnSwitchover = _ => OnRehearsal?.Invoke(++done, Rehearsals),
        };
        var last = await rehearsal.RunAsync(Rehearsals, stop);
        if (last.Outcome != MigrationOutcome.Completed)
        {
            throw new CliException(MigrationReport.ExitStatusOf(last), $"a rehearsal did not complete: {last.Reason}");
        }
    }

    private Task<SessionResult> RunAsync(DemoMachine machine, TimeSpan limit, MigrationMode mode, CancellationToken stop, int? quiesceTries = null)
    {
        var request = new DeviceMigrationRequest
        {
            Machine = "demo",
            Devices = machine.Pairs,
            Policy = policy with { BlackoutLimit = limit, QuiesceTries = quiesceTries ?? policy.QuiesceTries },
            // A device alone does not calm down: a few evaluations show that no later moment is better.
            Patience = 2,
            Mode = mode,
        };
        return MigrationSession.RunAsync(request, _services, stop);
    }

    private DemoStory Story(string title, IReadOnlyList<string> telling, int rehearsals, SessionResult result)
    {
        string? file = null;
        if (result.Snapshot is { } snapshot)
        {
            file = Path.Combine(snapshotFolder, $"story-{++_told}-snapshot.json");
            File.WriteAllText(file, snapshot);
        }

        return new DemoStory(title, telling, rehearsals, result, file);
    }

    private static string Share(double confidence) => $"{confidence * 100:0.##} %";
}
