using System.Text;
using Planner.Documents;
using Planner.Estimators;
using Planner.Evaluation;

namespace Planner.Fuzz;

/// <summary>The input is a file of workloads. Every failure but a <see cref="DocumentException"/> is a finding, and so is a value that no
/// simulation could work with.</summary>
internal static class WorkloadTarget
{
    /// <summary>Reads the file.</summary>
    /// <returns>What it holds.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            var workloads = WorkloadFileText.Read(Encoding.UTF8.GetString(input), "workloads.yaml");
            var grid = workloads.Grid;
            Check(workloads.RamBytes > 0 && workloads.CompleteWithinSeconds is > 0 and <= 3600, "time or memory");
            Check(grid.Memory.All(m => m.Classes.All(c => c.Bytes >= 0 && c.TimeConstantSeconds > 0) && m.Phases.All(p => p.Seconds > 0 && p.Scale >= 0)), "memory");
            Check(grid.Memory.All(m => m.Classes.Sum(c => (double)c.Bytes) <= workloads.RamBytes), "size of memory");
            Check(grid.Links.All(l => l.Levels.All(r => double.IsFinite(r) && r > 0) && l.DwellSeconds > 0 && l.Jitter is >= 0 and <= 1 && l.StopPhaseBytesPerSecond is null or > 0), "link");
            Check(grid.Links.All(l => double.IsFinite(l.PatternSeconds) && l.Dips is null or { EverySeconds: > 0, ForSeconds: > 0, Share: > 0 and <= 1 }), "dips");
            foreach (var devices in grid.Devices)
            {
                var latencies = StageLatencies.Draw(devices, new SeededStream(1, 2, 3, 4), 5);
                Check(double.IsFinite(latencies.TotalSeconds) && latencies.TotalSeconds >= 0, "latency");
            }

            return $"{grid.Memory.Count} x {grid.Links.Count} x {grid.Devices.Count}";
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"A {what} was read that no simulation can work with.");
        }
    }
}
