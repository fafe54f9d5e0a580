using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>A world of devices that the planner walks itself.</summary>
internal sealed class DeviceWorld : World
{
    /// <summary>How long a device's server is waited for when it is asked.</summary>
    public const long AskLimitNanoseconds = 5_000_000_000;

    // How many evaluations in a row may bring nothing better.
    private const int Patience = 3;

    private readonly WorldDevice[] _sources;
    private readonly WorldDevice[] _destinations;

    /// <summary>Makes it.</summary>
    public DeviceWorld(WorldScenario scenario, MemoryStore store, int run)
        : base(scenario, store, run)
    {
        _sources = Devices(MigrationSide.Source, run);
        _destinations = Devices(MigrationSide.Destination, run);
        Drivers = new Drivers(new WorldDriver([.. All]));
        foreach (var source in _sources)
        {
            History.Guest(source.Index, source.Model.GuestValue);
        }

        foreach (var device in All)
        {
            History.Changed(device, Time.NowNanoseconds);
        }
    }

    /// <inheritdoc/>
    protected override Drivers Drivers { get; }

    private IEnumerable<WorldDevice> All => _sources.Concat(_destinations);

    /// <inheritdoc/>
    protected override Task<SessionResult> MigrateAsync(MigrationMode mode, SessionServices services, CancellationToken cancel) => MigrationSession.RunAsync(
        new DeviceMigrationRequest
        {
            MigrationId = Name,
            Machine = "vm",
            Devices = [.. _sources.Select((s, i) => new DevicePair($"device{i}", s.Open(), _destinations[i].Open()))],
            Policy = Scenario.Policy,
            Mode = mode,
            Patience = Patience,
        },
        services,
        cancel);

    /// <inheritdoc/>
    protected override void SetFaults(bool mayFail)
    {
        foreach (var device in All)
        {
            device.MayFail = mayFail;
        }
    }

    /// <inheritdoc/>
    protected override void Bury()
    {
        foreach (var device in All)
        {
            device.Disconnect();
        }
    }

    private WorldDevice[] Devices(MigrationSide side, int run) =>
    [
        .. Scenario.Profiles.Select((profile, i) => new WorldDevice(
            $"{(side == MigrationSide.Source ? "source" : "destination")}{i}", side, i, profile,
            new SimulatedDeviceOptions { Seed = (Scenario.Seed * 1000) + ((ulong)run * 10) + ((ulong)i * 2) + (side == MigrationSide.Source ? 0UL : 1UL) },
            Time, Scenario.Faults, History)
        {
            ResetsOnDisconnect = Scenario.ResetsOnDisconnect,
            CanBeCutOff = Scenario.CanBeCutOff,
        }),
    ];
}
