using System.Globalization;

namespace Planner.KernelTests;

/// <summary>What the machine's own check says (<c>tests/lab/machine/rom.S</c>).</summary>
/// <param name="Ticks">How often its clock ticked.</param>
/// <param name="Counter">What the first device's BAR held last.</param>
/// <param name="Mismatches">How often memory and a device did not agree.</param>
/// <param name="Devices">How many devices it found.</param>
internal readonly record struct GuestCheck(long Ticks, long Counter, long Mismatches, long Devices)
{
    /// <summary>Reads it from the machine's memory.</summary>
    public static GuestCheck Read(QmpMonitor monitor)
    {
        var text = monitor.Execute("human-monitor-command", """{"command-line":"xp /4wx 0x700"}""").GetString()!;
        long[] words = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(w => long.Parse(w.Trim()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        return words.Length == 4 ? new(words[0], words[1], words[2], words[3]) : throw new CheckFailedException($"the machine's check reads {text}");
    }
}
