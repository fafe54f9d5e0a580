using System.Globalization;

namespace Planner.Hypervisors;

/// <summary>Which process a QEMU is.</summary>
internal static class QemuProcess
{
    private const int StartTimeField = 22;

    /// <summary>What is the same for a process by all its monitors, and for no other before or after it.</summary>
    /// <param name="server">The process behind a monitor's socket.</param>
    /// <param name="cpuThread">The thread of a CPU, as QEMU names it.</param>
    /// <returns>Null if the process behind the socket is not the QEMU, but one that passes a monitor on, perhaps of another host.</returns>
    public static string? Identify(int server, long cpuThread)
    {
        try
        {
            var stat = Directory.Exists($"/proc/{server}/task/{cpuThread}") ? File.ReadAllText($"/proc/{server}/stat") : "";

            // The name in parentheses may hold anything; what follows it is field 3.
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > StartTimeField - 3
                ? string.Create(CultureInfo.InvariantCulture, $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{server}/{fields[StartTimeField - 3]}")
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
