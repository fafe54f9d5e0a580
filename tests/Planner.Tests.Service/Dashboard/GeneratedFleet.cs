using System.Text.Json;
using Planner.Measurements;
using Planner.Service;
using Planner.Storage;

namespace Planner.Tests.Service.Dashboard;

/// <summary>Fleets and ledgers of any size, written into a store. The same seed gives the same.</summary>
internal sealed class GeneratedFleet(SqlMeasurementStore store, DateTimeOffset now, int seed = 7)
{
    private const int BatchSize = 2000;
    private static readonly string[] Classes = ["gold", "silver", "bronze"];
    private static readonly double[] Limits = [0.3, 1, 5];

    private readonly Random _random = new(seed);
    private readonly ServiceStore _records = new(store);

    /// <summary>Hosts, and machines spread over them, each of a class by its label.</summary>
    public void Register(int machines, int hosts)
    {
        _records.Change(change =>
        {
            foreach (var (name, limit, i) in Classes.Zip(Limits, Enumerable.Range(0, 3)))
            {
                var confidence = i == 2 ? 0.9 : 0.99;
                change.Put(Kinds.Policy, name, $$"""{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "{{name}}", "labels": { "tier": "{{name}}" } }, "spec": { "selector": { "tier": "{{name}}" }, "blackout": { "limit": "{{limit * 1000:0}}ms", "confidence": {{confidence}} }, "attempts": { "atMost": 3, "backOff": "10m" }, "errorBudget": { "blackout": "30s", "per": "30d" } } }""", new Dictionary<string, string>(), now);
            }

            for (var i = 0; i < hosts; i++)
            {
                change.Put(Kinds.Node, Host(i), $$"""{ "labels": { "link": "rack{{i / 8}}" } }""", new Dictionary<string, string> { ["link"] = $"rack{i / 8}" }, now);
            }

            for (var i = 0; i < machines; i++)
            {
                Put(change, Machine(i), Host(i % hosts), Classes[i % 3]);
            }

            return true;
        });
    }

    /// <summary>Attempts of these machines over the last 29 days: most of them completed, some stayed, a few missed.</summary>
    public void Remember(int attempts, int machines)
    {
        for (var done = 0; done < attempts; done += BatchSize)
        {
            var first = done;
            store.Append(new MeasurementBatch { Attempts = [.. Enumerable.Range(first, Math.Min(BatchSize, attempts - first)).Select(i => Past(i, attempts, machines))] });
        }
    }

    /// <summary>What an operator meets on a bad day: a machine that needs a person, one over its limit, several that stay, a device that has become slower.</summary>
    public void GoWrong(int machines)
    {
        var late = new List<MigrationAttempt>
        {
            Attempt("0bad0001", Machine(0), 0, MigrationOutcome.NeedsPerson, 0, "The destination host-1 does not answer after the handover; it cannot be told on which side the guest runs.", 9),
            Attempt("0bad0002", Machine(3 % machines), 0, MigrationOutcome.CompletedOverLimit, 0.412, "The machine runs on the destination after a blackout of 412 ms, longer than the limit of 300 ms.", 25),
        };
        for (var i = 0; i < 4 && machines > 12; i++)
        {
            late.Add(Attempt($"0bad001{i}", Machine(6 + (i * 3)), 0, MigrationOutcome.Stayed, 0, "Stay: the bound of 341 ms at 99 % (direct, from 512 blackouts of class sim/fast-nic/1.0) exceeds the limit of 300 ms; the largest part is arc RUNNING_P2P->STOP of nic0 with 88.1 ms on the median.", 3 + i));
        }

        store.Append(new MeasurementBatch { Attempts = late, Arcs = [.. Arcs("sim/fast-nic/1.0", slowerFrom: 480, count: 600), .. Arcs("sim/deadline-gpu/1.0", slowerFrom: null, count: 600)] });
    }

    /// <summary>An attempt.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="machine">Its machine.</param>
    /// <param name="class">The index of its class.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="pausedSeconds">How long the guest was paused; 0 for not at all.</param>
    /// <param name="reason">Why.</param>
    /// <param name="minutesAgo">When it ended.</param>
    public MigrationAttempt Attempt(string id, string machine, int @class, MigrationOutcome outcome, double pausedSeconds, string reason, double minutesAgo)
    {
        var ended = now.AddMinutes(-minutesAgo);
        var (limit, predicted) = (TimeSpan.FromSeconds(Limits[@class]), TimeSpan.FromSeconds(Limits[@class] * 0.3));
        var verdict = outcome == MigrationOutcome.Stayed ? Verdict.Stay : Verdict.Commit;
        return new MigrationAttempt
        {
            Id = id,
            Kind = AttemptKind.Migration,
            Machine = machine,
            Source = new AttemptSide("host-0", $"vfio-user:/run/{id}-a.sock", "sim/fast-nic/1.0"),
            Destination = new AttemptSide("host-1", $"vfio-user:/run/{id}-b.sock", "sim/fast-nic/1.0"),
            SlaClass = Classes[@class],
            Limit = limit,
            Confidence = @class == 2 ? 0.9 : 0.99,
            Rule = "earliest",
            AskedBy = "token ci (0a1b2c3d4e5f)",
            Outcome = outcome,
            Reason = reason,
            Started = ended.AddSeconds(-20),
            Ended = ended,
            Pauses = pausedSeconds > 0 ? PauseSum.None.With(PauseKind.Blackout, GuestPause.Exactly(TimeSpan.FromSeconds(pausedSeconds), "the clock of this host")) : PauseSum.None,
            Decisions = [new AttemptDecision(1, verdict, BoundMethod.Direct, predicted, limit * (outcome == MigrationOutcome.Stayed ? 1.14 : 0.83), TimeSpan.FromSeconds(19), reason, null)],
        };
    }

    /// <summary>The name of a machine.</summary>
    public static string Machine(int i) => $"vm-{i:0000}";

    private static string Host(int i) => $"host-{i}";

    private void Put(ServiceChange change, string name, string host, string @class)
    {
        var labels = new Dictionary<string, string> { ["tier"] = @class };
        var machine = new MachineBody(labels, host, Devices: ["sim:fast-nic"], StartDestination: new StartDestination(new Dictionary<string, string> { ["host-0"] = "sim:fast-nic", ["host-1"] = "sim:fast-nic" }));
        change.Put(Kinds.Machine, name, JsonSerializer.Serialize(machine, ServiceJson.Default.MachineBody), machine.StoredLabels, now);
    }

    private MigrationAttempt Past(int i, int attempts, int machines)
    {
        var which = _random.Next(machines);
        var (@class, roll) = (which % 3, _random.NextDouble());
        var minutesAgo = 1500 + ((attempts - i) * (27.0 * 1440 / attempts));
        var paused = Limits[@class] * (0.2 + (_random.NextDouble() * 0.5));
        return roll < 0.06
            ? Attempt($"{i:x8}", Machine(which), @class, MigrationOutcome.Stayed, 0, "Stay: there are 61 of the 99 blackouts that a bound at 99 % needs.", minutesAgo)
            : roll > (@class == 1 ? 0.985 : 0.9965)
                ? Attempt($"{i:x8}", Machine(which), @class, MigrationOutcome.CompletedOverLimit, Limits[@class] * 1.2, "The machine runs on the destination after a blackout longer than its limit.", minutesAgo)
                : Attempt($"{i:x8}", Machine(which), @class, MigrationOutcome.Completed, paused, "The machine runs on the destination, within its limit.", minutesAgo);
    }

    private IEnumerable<ArcSample> Arcs(string deviceClass, int? slowerFrom, int count)
    {
        foreach (var (from, to, median) in new[] { (DeviceState.RunningP2P, DeviceState.Stop, 0.004), (DeviceState.Stop, DeviceState.StopCopy, 0.0006), (DeviceState.Resuming, DeviceState.Stop, 0.002) })
        {
            for (var i = 0; i < count; i++)
            {
                var slower = slowerFrom is { } at && i >= at && from == DeviceState.RunningP2P ? 2.4 : 1;
                var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
                yield return new ArcSample("nic0", deviceClass, new Arc(from, to), TimeSpan.FromSeconds(median * slower * Math.Exp(0.3 * normal)), ArcOutcome.Completed, now.AddMinutes(-(count - i) * 20))
                {
                    Origin = new SampleOrigin($"host-{i % 2}", Machine(i % 9), null),
                };
            }
        }
    }
}
