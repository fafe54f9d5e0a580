using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>The hashes by which a stale plan is known: SHA-256 over every value, in the order of the file.</summary>
internal static class FleetHash
{
    /// <summary>The hash of what a plan is made from.</summary>
    public static string OfInputs(FleetSpec fleet, IReadOnlyList<SlaPolicy> classes, IReadOnlyDictionary<string, DeviceBlackout> devices)
    {
        var text = new StringBuilder();
        foreach (var link in fleet.Links)
        {
            Line(text, "link", link.Name, link.BytesPerSecond, link.IsUplink);
        }

        foreach (var host in fleet.Hosts)
        {
            Line(text, "host", host.Name, host.MemoryBytes, host.VCpus, host.HugePages, host.MaxOutgoing, host.MaxIncoming, List(host.Links), List(host.Devices.Select(d => $"{d.Key}={d.Value}").Order(StringComparer.Ordinal)));
        }

        foreach (var machine in fleet.Machines)
        {
            Line(text, "machine", machine.Name, machine.Host, machine.MemoryBytes, machine.VCpus, machine.HugePages, machine.Sla, machine.Dirty?.WorkingSetBytes, machine.Dirty?.TimeConstantSeconds,
                machine.AntiAffinity, machine.To, List(machine.Devices.Select(d => $"{d.Profile}={d.Needs}")));
        }

        var task = fleet.Task;
        Line(text, "task", task.Kind, List(task.Drain), task.FinishWithin?.TotalSeconds, task.Confidence, task.KeepSpareHosts, task.MakeRoom, task.Reboot.TotalSeconds);
        foreach (var move in fleet.Evidence)
        {
            Line(text, "move", move.MemoryBytes, move.BytesPerSecond, move.Seconds);
        }

        foreach (var sla in classes)
        {
            Line(text, "class", sla.Name, sla.BlackoutLimit.TotalSeconds, sla.CompleteWithin?.TotalSeconds, sla.DirtyRateFloorBytesPerSecond);
        }

        foreach (var (name, device) in devices.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            Line(text, "device", name, device.P50Seconds, device.BoundSeconds, device.StateBytes);
        }

        return Hash(text);
    }

    /// <summary>The hash of a plan, by that of its inputs and by what it does.</summary>
    public static string OfPlan(string inputs, IReadOnlyList<PlannedMove> moves, IReadOnlyList<PlannedReboot> reboots)
    {
        var text = new StringBuilder(inputs);
        foreach (var move in moves)
        {
            Line(text, "move", move.Machine, move.From, move.To, move.StartSeconds, move.BytesPerSecond, move.DirtyRateLimitBytesPerSecond, List(move.After.Select(a => Text(a))), List(move.AfterReboots.Select(a => Text(a))));
        }

        foreach (var reboot in reboots)
        {
            Line(text, "reboot", reboot.Host, reboot.StartSeconds, List(reboot.After.Select(a => Text(a))));
        }

        return Hash(text);
    }

    // Names may hold any character but a line end that YAML escapes: the length before each keeps two lists of values apart.
    private static void Line(StringBuilder text, string kind, params ReadOnlySpan<object?> values)
    {
        text.Append('\n').Append(kind);
        foreach (var value in values)
        {
            var written = Text(value);
            text.Append(' ').Append(written.Length).Append(':').Append(written);
        }
    }

    private static string List(IEnumerable<string> items) => string.Concat(items.Select(i => $"{i.Length}:{i}"));

    private static string Text(object? value) => value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Hash(StringBuilder text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}
