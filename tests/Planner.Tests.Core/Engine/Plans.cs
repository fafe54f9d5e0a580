using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Tests.Engine;

/// <summary>Plans and evidence for engine tests.</summary>
internal static class Plans
{
    public const MigrationCapabilities Plain = MigrationCapabilities.StopCopy;
    public const MigrationCapabilities WithP2P = Plain | MigrationCapabilities.P2P;
    public const MigrationCapabilities WithPreCopy = Plain | MigrationCapabilities.PreCopy;
    public const MigrationCapabilities All = WithP2P | WithPreCopy;

    /// <summary>The worst case of every arc in the evidence of <see cref="Evidence"/>.</summary>
    public const double ArcSeconds = 0.010;

    public static DeviceOffer Offer(MigrationCapabilities capabilities) => new()
    {
        DeviceClass = "test/nic/1",
        Capabilities = capabilities,
        OffersReset = Answer.Yes,
        CommitArc = capabilities.Has(MigrationCapabilities.P2P)
            ? new Arc(DeviceState.RunningP2P, DeviceState.Stop)
            : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
    };

    public static MigrationPlan Plan(params MigrationCapabilities[] devices) => new()
    {
        Devices = [.. devices.Select((capabilities, i) => new DevicePlan($"nic{i}", $"vfio-user:/s{i}", $"vfio-user:/d{i}", Offer(capabilities), Offer(capabilities)))],
        Limit = TimeSpan.FromSeconds(0.3),
        Patience = 3,
    };

    /// <summary>One device between two hosts whose devices are of different classes.</summary>
    public static MigrationPlan Between(MigrationCapabilities source, MigrationCapabilities destination) => new()
    {
        Devices = [new DevicePlan("nic0", "vfio-user:/s0", "vfio-user:/d0", Offer(source) with { DeviceClass = "test/old/1" }, Offer(destination) with { DeviceClass = "test/new/1" })],
        Limit = TimeSpan.FromSeconds(0.3),
        Patience = 3,
    };

    public static MigrationPlan WithSource(this MigrationPlan plan, int device, Func<DeviceOffer, DeviceOffer> change) =>
        plan with { Devices = plan.Devices.SetItem(device, plan.Devices[device] with { Source = change(plan.Devices[device].Source) }) };

    public static MigrationPlan Takes(this MigrationPlan plan, int device, Arc commitArc) => plan.WithSource(device, o => o with { CommitArc = commitArc });

    public static MigrationPlan TakesDeadline(this MigrationPlan plan, int device) => plan.WithSource(device, o => o with { OffersDeadline = Answer.Yes });

    /// <summary>A world whose evidence gives every arc a stated worst case, so that the bound is their sum: at most 0.07 s with the transfer.</summary>
    public static World World(MigrationPlan plan) => new(plan) { Snapshot = state => Evidence(plan, state) };

    public static DecisionSnapshot Evidence(MigrationPlan plan, EngineState state, double arcSeconds = ArcSeconds) => new()
    {
        Sla = new SlaTerms
        {
            Class = "gold",
            BlackoutLimitSeconds = plan.Limit?.TotalSeconds,
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.WorstCase,
        },
        Transfer = new TransferEvidence { FixedSeconds = [0.001], BytesPerSecond = [1e9] },
        Devices = [.. plan.Devices.Select((device, i) => new DeviceEvidence
        {
            Name = device.Name,
            Class = device.Source.DeviceClass,
            State = state.Sources[i].State?.Name(),
            Flags = device.UsesPreCopy ? device.Source.Capabilities.Names() : (device.Source.Capabilities & ~MigrationCapabilities.PreCopy).Names(),
            DestinationFlags = device.Destination.Capabilities == device.Source.Capabilities ? [] : device.Destination.Capabilities.Names(),
            StateBytes = state.Streams[i].ExpectedBytes,
            Arcs = [.. from f in Enum.GetValues<DeviceState>()
                       from t in Enum.GetValues<DeviceState>()
                       where MigrationStateMachine.IsSingleArc(new Arc(f, t), device.Source.Capabilities) || MigrationStateMachine.IsSingleArc(new Arc(f, t), device.Destination.Capabilities)
                       select new ArcEvidence { From = f.Name(), To = t.Name(), Seconds = [arcSeconds], WorstSeconds = arcSeconds }],
        })],
    };
}
