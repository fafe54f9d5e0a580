using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>All that an onlooker saw of a simulated world: what checkers judge by.</summary>
internal sealed class WorldHistory
{
    private readonly Dictionary<(MigrationSide, int), ulong> _guests = [];

    /// <summary>The machine's devices on each side.</summary>
    public int Devices { get; init; }

    /// <summary>Whether a hypervisor sends the machine, and stops its guest.</summary>
    public bool IsByHypervisor { get; init; }

    /// <summary>The limit on the guest's pauses.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>Whether anything goes wrong but that processes are killed, hosts lose their power, and somebody asks to give up.</summary>
    public bool DevicesMayFail { get; init; }

    /// <summary>Whether the end of a connection may lose a device's state, or the class allows a reset.</summary>
    public bool MayLoseState { get; init; }

    /// <summary>By how much the clock of a host is set while it is needed; zero if it is not. What is told by such a clock alone may be wrong by that.</summary>
    public TimeSpan ClockStep { get; init; }

    /// <summary>Whether a host loses its power in it.</summary>
    public bool LosesPower { get; init; }

    /// <summary>The number of sessions that began before.</summary>
    public int Session { get; set; }

    /// <summary>The states of devices, as they were reached; not in the order of time.</summary>
    public List<DeviceChange> Changes { get; } = [];

    /// <summary>The commands.</summary>
    public List<DeviceCommand> Commands { get; } = [];

    /// <summary>What was noted.</summary>
    public List<NotedStep> Noted { get; } = [];

    /// <summary>The sessions.</summary>
    public List<SessionSeen> Sessions { get; } = [];

    /// <summary>Whether a source's hypervisor has in the end what a planner had set.</summary>
    public bool IsLeftPrepared { get; set; }

    /// <summary>Why a session came to no end; null if all did.</summary>
    public string? Stuck { get; set; }

    /// <summary>What the ledger has in the end.</summary>
    public IReadOnlyList<MigrationAttempt> Ledger { get; set; } = [];

    /// <summary>Says what the guest left in the source's device.</summary>
    public void Guest(int device, ulong value) => _guests[(MigrationSide.Source, device)] = value;

    /// <summary>A device was seen.</summary>
    public void Changed(WorldDevice device, long at) =>
        Changes.Add(new DeviceChange(at, device.Side, device.Index, device.Model.State, device.Model.GuestValue == _guests[(MigrationSide.Source, device.Index)]));

    /// <summary>A device is gone.</summary>
    public void Vanished(WorldDevice device, long at) => Changes.Add(new DeviceChange(at, device.Side, device.Index, null, false));

    /// <summary>A device was given a command.</summary>
    public void Commanded(WorldDevice device, DeviceState from, DeviceState target, long begin, long end) =>
        Commands.Add(new DeviceCommand(begin, end, Session, device.Side, device.Index, from, target));

    /// <summary>A device was reset by a planner.</summary>
    public void Reset(WorldDevice device, long at) => Commands.Add(new DeviceCommand(at, at, Session, device.Side, device.Index, device.Model.State, null));
}
