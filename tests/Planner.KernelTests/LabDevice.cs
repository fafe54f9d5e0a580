using Planner.Devices;

namespace Planner.KernelTests;

/// <summary>A device of the lab's kernel module: opened as the planner opens it, with the module's knobs beside it.</summary>
internal sealed class LabDevice : IDisposable
{
    /// <summary>The devices that the guest has: two of each kind where two are needed.</summary>
    public const int Everything = 0, StopCopyAlone = 2, WithP2P = 4, WithPreCopy = 6, WithoutMigration = 7;

    /// <summary>Opens a device that has forgotten what it was told before.</summary>
    /// <param name="number">The device's number.</param>
    /// <param name="prepare">Turns knobs before it is opened, and so before it is probed; null for none.</param>
    /// <param name="options">How it is driven; null for the defaults.</param>
    public LabDevice(int number, Action<LabKnobs>? prepare = null, VfioOptions? options = null)
    {
        Address = AddressOf(number);
        Knobs = new LabKnobs(number);
        Knobs.Clear();
        prepare?.Invoke(Knobs);
        Device = VfioKernelDevice.Open(Parse(Address), options);
    }

    public string Address { get; }

    public LabKnobs Knobs { get; }

    public VfioKernelDevice Device { get; }

    public static string AddressOf(int number) => $"vfio:/sys/bus/platform/devices/vfiolab.{number}";

    public static VfioAddress Parse(string address) => VfioAddress.TryParse(address["vfio:".Length..], out var parsed, out var problem) ? parsed : throw new CheckFailedException(problem);

    public void Dispose() => Device.Dispose();
}
