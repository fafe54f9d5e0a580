using System.Buffers.Binary;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Tests.Cli;

/// <summary>Two devices in processes of their own, each behind a relay that knows when a phase of a migration has come.</summary>
internal sealed class RelayedPair : IDisposable
{
    private const int DeviceFeature = 16;
    private const int DataRead = 17;
    private const int DataWrite = 18;
    private const uint SetState = (1u << 17) | 2;

    // Quick, so that a limit of 500 ms is far away, and with a stream that takes many requests.
    private const string Profile =
        """
        apiVersion: planner/v1
        kind: DeviceProfile
        metadata: { name: quick, class: sim/quick/1.0 }
        spec:
          flags: [STOP_COPY, P2P, PRE_COPY]
          commitArc: PRE_COPY_P2P->STOP_COPY
          arcs:
            default: { median: 1ms, p99: 2ms, worst: 5ms }
          state: { bytes: 4MiB }
          preCopy: { initial: 1MiB, dirtyRate: 1MiB/s, dirtyCap: 1MiB }
          dataSize: { offered: true, meaning: total }
          arcLatencyReport: { offered: true }
        """;

    private readonly FrameRelay[] _relays;
    private TaskCompletionSource _come = new();
    private bool _isPastCommit;

    private RelayedPair(DeviceProcesses devices)
    {
        Devices = devices;
        _relays = [.. Names.Select(name => new FrameRelay(devices.PathOf(name), devices.PathOf($"{name}.server")))];
    }

    private static string[] Names => ["source", "destination"];

    public DeviceProcesses Devices { get; }

    /// <summary>Completes when the phase that was waited for has come.</summary>
    public Task Come => _come.Task;

    public static async Task<RelayedPair> StartAsync(CancellationToken cancel)
    {
        var devices = new DeviceProcesses();
        var profile = devices.Write("quick.yaml", Profile);
        await Task.WhenAll(Names.Select((name, i) => devices.StartAsync(profile, $"{name}.server", i + 1, cancel)));
        return new RelayedPair(devices);
    }

    public string Address(MigrationSide side) => $"vfio-user:{PathOf(side)}";

    /// <summary>The socket of a side's relay.</summary>
    public string PathOf(MigrationSide side) => Devices.PathOf(Names[Index(side)]);

    public FrameRelay Relay(MigrationSide side) => _relays[Index(side)];

    /// <summary>Asks the server of a side past its relay.</summary>
    public DeviceState State(MigrationSide side)
    {
        using var device = new VfioUserDriver().Open($"{PathOf(side)}.server");
        return device.GetState();
    }

    /// <summary>Stops the server of a side, or lets it go on.</summary>
    public void Freeze(MigrationSide side, bool isFrozen = true) => Devices.Freeze($"{Names[Index(side)]}.server", isFrozen);

    /// <summary>Does something once when a phase comes, before the server of that side sees the request that begins it.</summary>
    /// <param name="side">The side.</param>
    /// <param name="phase">A state that is asked for; or <c>round</c> and <c>stream</c> for the first data before and after the commit.</param>
    /// <param name="act">What to do.</param>
    public void When(MigrationSide side, string phase, Action act)
    {
        (_come, _isPastCommit) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), false);
        Relay(MigrationSide.Source).OnRequest = (command, payload) => See(MigrationSide.Source, command, payload);
        Relay(MigrationSide.Destination).OnRequest = (command, payload) => See(MigrationSide.Destination, command, payload);

        void See(MigrationSide seen, int command, byte[] payload)
        {
            var target = command == DeviceFeature && BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(4)) == SetState
                ? (DeviceState?)BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(8))
                : null;
            _isPastCommit |= seen == MigrationSide.Source && target == DeviceState.StopCopy;
            var isData = command is DataRead or DataWrite;
            if (seen == side && !_come.Task.IsCompleted
                && phase switch { "round" => isData, "stream" => isData && _isPastCommit, _ => target?.Name() == phase })
            {
                act();
                _come.SetResult();
            }
        }
    }

    private static int Index(MigrationSide side) => (int)side;

    public void Dispose()
    {
        Array.ForEach(_relays, r => r.Dispose());
        Devices.Dispose();
    }
}
