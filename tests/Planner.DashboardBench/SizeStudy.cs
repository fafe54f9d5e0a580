using Planner.Service;

namespace Planner.DashboardBench;

/// <summary>How much a browser loads: at most 250 kB compressed.</summary>
internal static class SizeStudy
{
    public static Task RunAsync()
    {
        Console.WriteLine($"{DashboardFiles.All.Count} files, {DashboardFiles.All.Values.Sum(f => f.Compressed.Length):N0} bytes compressed, {DashboardFiles.All.Values.Sum(f => f.Bytes.Length):N0} as they are");
        return Task.CompletedTask;
    }
}
