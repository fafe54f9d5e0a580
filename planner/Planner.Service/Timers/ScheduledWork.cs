using System.Text.Json;
using System.Text.Json.Nodes;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>The work that can be done by the calendar.</summary>
internal sealed class ScheduledWork(ServiceParts parts)
{
    private const int Batch = 1000;

    /// <summary>Does it.</summary>
    /// <returns>What was done, in a few words.</returns>
    public async Task<string> DoAsync(Schedule schedule, CancellationToken cancel) => schedule.Task switch
    {
        ScheduledTask.Retention => Drop(schedule),
        ScheduledTask.Report => Report(schedule),
        ScheduledTask.Retrain => await Task.Run(() => Retrain(schedule), cancel).ConfigureAwait(false),
        ScheduledTask.Probe => await Task.Run(() => Probe(schedule), cancel).ConfigureAwait(false),
        ScheduledTask.Measure => await Task.Run(() => Measure(schedule, cancel), cancel).ConfigureAwait(false),
        _ => await RehearseAsync(schedule, cancel).ConfigureAwait(false),
    };

    private string Drop(Schedule schedule)
    {
        var now = parts.Now;
        var dropped = parts.Records.Change(change => (
            Events: change.Drop(now - schedule.KeepEvents, now - schedule.KeepRecords),
            Records: change.DropRecords(now - schedule.KeepRecords),
            Samples: schedule.KeepSamples is { } keep ? change.DropSamples(now - keep) : 0));
        return $"{dropped.Events} changes, {dropped.Records} migrations, plans and notices, and {dropped.Samples} samples were dropped";
    }

    private string Report(Schedule schedule)
    {
        var now = parts.Now;
        var report = new JsonObject
        {
            ["at"] = now,
            ["budgets"] = JsonSerializer.SerializeToNode(LedgerApi.BudgetsOf(parts, null), ServiceJson.Default.Budgets),
            ["calibration"] = JsonSerializer.SerializeToNode(LedgerApi.CalibrationOf(parts), ServiceJson.Default.IReadOnlyListCalibration),
        };
        Directory.CreateDirectory(schedule.Folder!);
        var path = Path.Combine(schedule.Folder!, $"{schedule.Name}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.json");
        File.WriteAllText(path, report.ToJsonString());
        return $"written to {path}";
    }

    // It keeps all processors busy for a while, which no switchover is to feel.
    private string Retrain(Schedule schedule) => parts.Options.Train is not { } train
        ? throw new RefusedException(501, "This planner was built without what trains models.")
        : parts.Migrations.Counts.Running > 0
            ? throw new RefusedException(409, "A migration is under way, and training would take its processors.")
            : train(schedule.Inputs);

    private string Probe(Schedule schedule)
    {
        var seen = new List<string>();
        foreach (var target in Idle(schedule.Devices))
        {
            using var device = parts.Drivers.OpenDevice(target.Address);
            seen.Add($"{target.Address} is a {device.Offer.DeviceClass} ({device.Offer.Capabilities})");
        }

        return string.Join("; ", seen);
    }

    private string Measure(Schedule schedule, CancellationToken cancel)
    {
        var done = new List<string>();
        foreach (var target in Idle(schedule.Devices))
        {
            using var device = parts.Drivers.OpenDevice(target.Address);
            var result = new ArcWalk(device, target.Address, parts.Clock).Run(schedule.Rounds, cancel);
            parts.Samples.Append(result.Measurements);
            done.Add($"{target.Address}: {result.RoundsDone} of {schedule.Rounds} rounds{(result.Trouble is { } trouble ? $", then {trouble}" : "")}");
        }

        return string.Join("; ", done);
    }

    private async Task<string> RehearseAsync(Schedule schedule, CancellationToken cancel)
    {
        var (from, to) = (Joined(schedule.Devices), Joined(schedule.To));
        var targets = DevicePairs.ParseLists(parts.Drivers, from, to);
        var guard = new TargetGuard(parts.Options.JournalPlaces, parts.Drivers, Idle([.. schedule.Devices, .. schedule.To])).Checked();
        using var devices = DevicePairs.Open(parts.Drivers, targets);
        using var journal = devices.OutliveThisProcess ? new MigrationJournal(parts.Options.Sessions.StateDirectory!, guard) : null;
        var done = 0;
        var rehearsal = new Rehearsal(from, devices.Pairs, parts.Options.Sessions with { Store = parts.Samples, Models = parts.Samples, Journal = journal, AskedBy = $"schedule {schedule.Name}" })
        {
            OnSwitchover = _ => done++,
        };
        var last = await rehearsal.RunAsync(schedule.Rounds, cancel).ConfigureAwait(false);
        return $"{done} switchovers{(last.Outcome == MigrationOutcome.Completed ? "" : $", then {last.Reason}")}";
    }

    /// <summary>The devices, if none of them carries a machine: every round stops them.</summary>
    /// <exception cref="RefusedException">One carries a machine, or is in a migration.</exception>
    private List<Target> Idle(IReadOnlyList<string> addresses)
    {
        List<Target> targets = [.. addresses.Select(parts.Drivers.FindDevice)];
        var wanted = targets.Select(t => t.Identity).OfType<TargetIdentity>().ToHashSet();
        bool IsWanted(string address) => parts.Drivers.Identify(address) is { } identity && wanted.Contains(identity);
        foreach (var operation in parts.Records.ActiveOperations().Select(OperationRecords.Read))
        {
            if (DevicePairs.Split(operation.Source).Concat(DevicePairs.Split(operation.Destination)).FirstOrDefault(IsWanted) is { } moving)
            {
                throw new RefusedException(409, $"{moving} is in the migration {operation.Id}.");
            }
        }

        for (var after = ""; ;)
        {
            var machines = parts.Records.List(Kinds.Machine, after, Batch);
            foreach (var machine in machines)
            {
                if (JsonSerializer.Deserialize(machine.Body, ServiceJson.Default.MachineBody)!.Devices?.FirstOrDefault(IsWanted) is { } carrying)
                {
                    throw new RefusedException(409, $"{carrying} carries {machine.Name}.");
                }
            }

            if (machines.Count < Batch)
            {
                return targets;
            }

            after = machines[^1].Name;
        }
    }

    private static string Joined(IEnumerable<string> addresses) => string.Join(',', addresses.Select(a => a.Replace(",", "\\,", StringComparison.Ordinal)));
}
