using Planner.Devices;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>A device of the lab's kernel module: opened as the planner opens it, with the module's knobs beside it.</summary>
internal sealed class LabDevice : IDisposable
{
    private const string Knobs = "/sys/kernel/debug/vfiolab";
    private readonly int _number;

    public LabDevice(int number, VfioOptions? options = null)
    {
        _number = number;
        Address = AddressOf(number);
        Knob("clear", "1");
        Device = VfioKernelDevice.Open(Parse(Address), options);
    }

    public string Address { get; }

    public VfioKernelDevice Device { get; }

    /// <summary>What was saved last, and what was loaded last, as checksums.</summary>
    public (string Saved, string Loaded) Sums => Read("sum").Split(' ') is [_, var saved, var loaded] ? (saved, loaded.Trim()) : throw new CheckFailedException("the module tells no checksums");

    public static string AddressOf(int number) => $"vfio:/sys/bus/platform/devices/vfiolab.{number}";

    public static DeviceAddress Parse(string address) => DeviceAddress.TryParse(address, out var parsed, out var problem) ? parsed : throw new CheckFailedException(problem);

    public void Knob(string name, FormattableString value) => Knob(name, FormattableString.Invariant(value));

    // The files of debugfs are neither made nor cut.
    public void Knob(string name, string value)
    {
        using var file = new FileStream($"{Knobs}/vfiolab.{_number}/{name}", FileMode.Open, FileAccess.Write);
        file.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }

    public void Latency(DeviceState from, DeviceState to, double milliseconds, double jitterMilliseconds = 0) =>
        Knob("arc", $"{(int)from} {(int)to} {milliseconds * 1000:0} {jitterMilliseconds * 1000:0}");

    public void Fault(DeviceState from, DeviceState to, string kind, int value) => Knob("fault", $"{(int)from} {(int)to} 1 {kind} {value}");

    /// <summary>The arcs since a number.</summary>
    public IReadOnlyList<LabArc> Log(long since = -1) => [.. Read("log").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(LabArc.Parse).Where(a => a.Sequence > since)];

    public long LastSequence => Log() is [.., var last] ? last.Sequence : -1;

    public void Dispose() => Device.Dispose();

    private string Read(string name) => File.ReadAllText($"{Knobs}/vfiolab.{_number}/{name}");
}
