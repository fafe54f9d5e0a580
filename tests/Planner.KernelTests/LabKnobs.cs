using System.Globalization;
using System.Text;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>What one device of the lab's kernel module can be told, and what it tells, beside VFIO (<c>tests/lab/module/vfiolab.h</c>).</summary>
/// <param name="number">The device's number.</param>
internal sealed class LabKnobs(int number)
{
    /// <summary>The module's block, the unit of its sizes, in bytes.</summary>
    public const int BlockBytes = 4096;

    private static readonly string[] Zero =
        ["dirty_bps", "dirty_cap", "read_bps", "write_bps", "first_byte_us", "corrupt", "truncate", "reinit", "size_errno", "info_errno", "interruptible", "stale_get"];

    /// <summary>The state now, what was saved last and what was loaded last, as checksums.</summary>
    public (string Now, string Saved, string Loaded) Sums => Read("sum").Trim().Split(' ') is [var now, var saved, var loaded] ? (now, saved, loaded) : throw new CheckFailedException("the module tells no checksums");

    public long LastSequence => Log() is [.., var last] ? last.Sequence : -1;

    /// <summary>Everything as it was when the module was loaded, but for the log.</summary>
    public void Clear()
    {
        Set("clear", "1");
        Array.ForEach(Zero, name => Set(name, "0"));
        Set("deadline_mode", "2");
        Set("estimate_pct", "100");
        Set("size_pct", "100");
        Size(48, 16);
        Set("seed", $"{number + 1}");
    }

    public void Set(string name, FormattableString value) => Set(name, value.ToString(CultureInfo.InvariantCulture));

    // The files of debugfs are neither made nor cut.
    public void Set(string name, string value)
    {
        using var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Write);
        file.Write(Encoding.ASCII.GetBytes(value));
    }

    public void Latency(DeviceState from, DeviceState to, double milliseconds, double jitterMilliseconds = 0) =>
        Set("arc", $"{(int)from} {(int)to} {milliseconds * 1000:0} {jitterMilliseconds * 1000:0}");

    public void Fault(DeviceState from, DeviceState to, string kind, int value) => Set("fault", $"{(int)from} {(int)to} 1 {kind} {value}");

    public void Size(int preCopyBlocks, int stopBlocks) => Set("size", $"{preCopyBlocks * BlockBytes} {stopBlocks * BlockBytes}");

    /// <summary>The arcs after a number.</summary>
    public IReadOnlyList<LabArc> Log(long since = -1) => [.. Read("log").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(LabArc.Parse).Where(a => a.Sequence > since)];

    private string Read(string name) => File.ReadAllText(PathOf(name));

    private string PathOf(string name) => $"/sys/kernel/debug/vfiolab/vfiolab.{number}/{name}";
}
