using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Tests.Simulated;

/// <summary>Profiles whose arcs take one millisecond each, to be changed with <c>with</c>.</summary>
internal static class TestProfiles
{
    public static readonly MigrationCapabilities AllFlags =
        MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    public static readonly TimeSpan ArcTime = TimeSpan.FromMilliseconds(1);

    public static DeviceProfile With(MigrationCapabilities capabilities, long stateBytes = 100_000) => new()
    {
        Name = "test",
        DeviceClass = "sim/test/1.0",
        Capabilities = capabilities,
        CommitArc = DeviceOffer.CommitArcOfUnknownDriver(capabilities),
        DefaultLatency = Always(ArcTime),
        StateBytes = stateBytes,
    };

    public static LatencyProfile Always(TimeSpan time) => new EmpiricalLatency([time]);

    /// <summary>Walks to a state and fails the test if it is not reached.</summary>
    public static void Go(this SimulatedDevice device, params ReadOnlySpan<DeviceState> states)
    {
        foreach (var state in states)
        {
            var result = device.SetState(state);
            Xunit.Assert.Equal((ArcOutcome.Completed, (DeviceState?)state), (result.Outcome, result.State));
        }
    }

    /// <summary>Reads the stream until it gives nothing.</summary>
    public static byte[] ReadAll(this SimulatedDevice device, int chunkBytes = 8192)
    {
        using var all = new MemoryStream();
        var chunk = new byte[chunkBytes];
        for (var count = device.Read(chunk); count > 0; count = device.Read(chunk))
        {
            all.Write(chunk, 0, count);
        }

        return all.ToArray();
    }
}
