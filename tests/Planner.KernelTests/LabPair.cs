using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.KernelTests;

/// <summary>Two devices between which a machine migrates.</summary>
internal sealed class LabPair : IDisposable
{
    /// <param name="source">The number of the source.</param>
    /// <param name="destination">The number of the destination.</param>
    /// <param name="prepare">Turns knobs of both before they are opened; null for none.</param>
    public LabPair(int source = LabDevice.Everything, int destination = LabDevice.Everything + 1, Action<LabKnobs>? prepare = null)
    {
        Source = new LabDevice(source, prepare);
        Destination = new LabDevice(destination, prepare);
    }

    public LabDevice Source { get; }

    public LabDevice Destination { get; }

    /// <summary>Migrates, from the beginning: both devices are reset first.</summary>
    public SessionResult Migrate(SlaPolicy policy, IMeasurementStore? store = null, MigrationMode mode = MigrationMode.Active)
    {
        Source.Device.Reset();
        Destination.Device.Reset();
        return MigrationSession.RunAsync(
            new DeviceMigrationRequest { Machine = "vm1", Devices = [new DevicePair("nic0", Source.Device, Destination.Device)], Policy = policy, Mode = mode, Patience = 2 },
            new SessionServices { Store = store },
            CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>A whole switchover, whatever it takes.</summary>
    public SessionResult Rehearse(IMeasurementStore? store = null) =>
        Migrate(new SlaPolicy { Name = "", BlackoutLimit = TimeSpan.FromHours(1) }, store, MigrationMode.Rehearsal);

    public void Dispose()
    {
        Source.Dispose();
        Destination.Dispose();
    }
}
