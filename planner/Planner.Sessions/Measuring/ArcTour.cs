using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>A walk from RUNNING to RUNNING that takes every arc of a capability set at least once, each by itself.</summary>
/// <remarks>The arcs are those of the uAPI's tables (vfio-uapi section 7). RESUMING is entered only after a state was saved on the
/// way, since entering it loses what the device holds.</remarks>
internal static class ArcTour
{
    private const DeviceState S = DeviceState.Stop;
    private const DeviceState R = DeviceState.Running;
    private const DeviceState SC = DeviceState.StopCopy;
    private const DeviceState RS = DeviceState.Resuming;
    private const DeviceState P2 = DeviceState.RunningP2P;
    private const DeviceState PC = DeviceState.PreCopy;
    private const DeviceState PP = DeviceState.PreCopyP2P;

    private static readonly ImmutableArray<DeviceState> Plain = [S, SC, S, RS, S, R];
    private static readonly ImmutableArray<DeviceState> WithP2P = [P2, S, SC, S, RS, S, P2, R];
    private static readonly ImmutableArray<DeviceState> WithPreCopy = [PC, SC, S, RS, S, R, PC, R, S, SC, S, R];
    private static readonly ImmutableArray<DeviceState> WithBoth =
        [PC, PP, PC, PP, SC, S, RS, S, SC, S, P2, PP, P2, R, P2, S, P2, R, PC, R];

    /// <summary>The states that are entered, in order; the walk begins in RUNNING.</summary>
    public static ImmutableArray<DeviceState> Of(MigrationCapabilities capabilities) =>
        (capabilities.Has(MigrationCapabilities.P2P), capabilities.Has(MigrationCapabilities.PreCopy)) switch
        {
            (true, true) => WithBoth,
            (true, false) => WithP2P,
            (false, true) => WithPreCopy,
            _ => Plain,
        };
}
