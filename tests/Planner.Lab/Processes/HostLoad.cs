using System.Globalization;

namespace Planner.Lab;

/// <summary>How busy the host is, to stand beside what is measured on it.</summary>
internal static class HostLoad
{
    /// <summary>The load average of the last minute.</summary>
    public static double Average => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
